// Calls every operation of a client that openapi-generator has made.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"reflect"

	"avepoint.test/languages/cases"
	"avepoint.test/languages/client"
)

func main() {
	cases.Carry(func(url string) cases.Client {
		configuration := client.NewConfiguration()
		configuration.Servers = client.ServerConfigurations{{URL: url}}
		operations := operationsOf(client.NewAPIClient(configuration))
		return func(c cases.Case) (any, error) { return call(operations, c) }
	})
}

// operationsOf finds the methods that begin a call, by their plain names.
func operationsOf(api *client.APIClient) map[string]reflect.Value {
	operations := map[string]reflect.Value{}
	fields := reflect.ValueOf(api).Elem()
	for i := range fields.NumField() {
		if fields.Type().Field(i).IsExported() {
			maps.Copy(operations, cases.Methods(fields.Field(i)))
		}
	}
	return operations
}

func call(operations map[string]reflect.Value, c cases.Case) (any, error) {
	method, ok := operations[cases.Plain(c.Operation)]
	if !ok {
		return nil, fmt.Errorf("the client has no method %s", c.Operation)
	}
	arguments := []reflect.Value{reflect.ValueOf(context.Background())}
	settings := map[string]json.RawMessage{}
	for _, p := range c.Parameters {
		if p.In != "path" {
			settings[cases.Plain(p.Name)] = p.Value
			continue
		}
		if len(arguments) == method.Type().NumIn() {
			return nil, fmt.Errorf("%s does not take %s", c.Operation, p.Name)
		}
		argument, err := cases.Read(method.Type().In(len(arguments)), p.Value)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", p.Name, err)
		}
		arguments = append(arguments, argument)
	}
	request := method.Call(arguments)[0]

	sent := false
	for i := range request.NumMethod() {
		name, setter := request.Type().Method(i).Name, request.Method(i)
		if name == "Execute" {
			continue
		}
		// What is no parameter is the body.
		value, isParameter := settings[cases.Plain(name)]
		if !isParameter {
			value, sent = c.Body, true
		}
		if value == nil {
			continue
		}
		argument, err := cases.Read(setter.Type().In(0), value)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		request = setter.Call([]reflect.Value{argument})[0]
	}
	if c.Body != nil && !sent {
		return nil, fmt.Errorf("%s takes no body", c.Operation)
	}

	results := request.MethodByName("Execute").Call(nil)
	var value any
	if len(results) == 3 {
		value = results[0].Interface()
	}
	if err, _ := results[len(results)-1].Interface().(error); err != nil {
		var failure interface{ Model() any }
		if c.Status < 300 || !errors.As(err, &failure) || failure.Model() == nil {
			return nil, err
		}
		return failure.Model(), nil
	}
	if file, isFile := value.(*os.File); isFile {
		defer os.Remove(file.Name())
		bytes, err := io.ReadAll(file)
		return string(bytes), err
	}
	return value, nil
}
