// Calls every operation of a client that oapi-codegen has made.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"reflect"

	"avepoint.test/languages/cases"
	"avepoint.test/languages/client"
)

func main() {
	cases.Carry(func(url string) cases.Client {
		api, err := client.NewClientWithResponses(url)
		operations := cases.Methods(reflect.ValueOf(api))
		return func(c cases.Case) (any, error) {
			if err != nil {
				return nil, err
			}
			return call(operations, c)
		}
	})
}

func call(operations map[string]reflect.Value, c cases.Case) (any, error) {
	method, ok := operations[cases.Plain(c.Operation)+"withresponse"]
	if !ok {
		return nil, fmt.Errorf("the client has no method %s", c.Operation)
	}
	arguments := []reflect.Value{reflect.ValueOf(context.Background())}
	add := func(name string, value json.RawMessage) error {
		// The last are functions that change the request.
		if len(arguments) == method.Type().NumIn()-1 {
			return fmt.Errorf("%s does not take the %s", c.Operation, name)
		}
		argument, err := cases.Read(method.Type().In(len(arguments)), value)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		arguments = append(arguments, argument)
		return nil
	}
	// All that are not in the path are members of one structure.
	others, settings := false, map[string]json.RawMessage{}
	for _, p := range c.Parameters {
		if p.In != "path" {
			others = true
			if p.Value != nil {
				settings[p.Name] = p.Value
			}
		} else if err := add(p.Name, p.Value); err != nil {
			return nil, err
		}
	}
	if others {
		value, err := json.Marshal(settings)
		if err != nil {
			return nil, err
		}
		if err := add("parameters", value); err != nil {
			return nil, err
		}
	}
	if c.Body != nil {
		if err := add("body", c.Body); err != nil {
			return nil, err
		}
	}

	results := method.Call(arguments)
	if err, _ := results[1].Interface().(error); err != nil {
		return nil, err
	}
	answer := results[0].Elem()
	if status := answer.FieldByName("HTTPResponse").Interface().(*http.Response).StatusCode; status != c.Status {
		return nil, fmt.Errorf("the client read the status %d", status)
	}
	if c.Media == "application/octet-stream" {
		return string(answer.FieldByName("Body").Bytes()), nil
	}
	value := answer.FieldByName(fmt.Sprintf("JSON%d", c.Status))
	if c.Side == "answer" && (!value.IsValid() || value.IsNil()) {
		return nil, errors.New("the client has no value of the answer")
	}
	if !value.IsValid() {
		return nil, nil
	}
	return value.Interface(), nil
}
