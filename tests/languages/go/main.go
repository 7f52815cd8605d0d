// Calls every operation of a generated client, over a socket, and says what came through.
//
// It reads cases from standard input and writes one result for each: tests/languages/cases.py describes both. The
// client is the package in the folder client.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"reflect"
	"strings"

	"avepoint.test/languages/client"
)

type call struct {
	Operation  string
	Side       string
	Parameters []parameter
	Body       json.RawMessage
	Status     int
	Media      string
	Answer     json.RawMessage
}

type parameter struct {
	Name  string
	In    string
	Value json.RawMessage
}

type result struct {
	Value json.RawMessage `json:"value,omitempty"`
	Error string          `json:"error,omitempty"`
}

func main() {
	var current call
	var received []byte
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		received, _ = io.ReadAll(r.Body)
		if current.Side == "request" {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		answer := []byte(current.Answer)
		if current.Media != "application/json" {
			var text string
			json.Unmarshal(answer, &text)
			answer = []byte(text)
		}
		w.Header().Set("Content-Type", current.Media)
		w.WriteHeader(current.Status)
		w.Write(answer)
	}))
	defer server.Close()

	configuration := client.NewConfiguration()
	configuration.Servers = client.ServerConfigurations{{URL: server.URL}}
	operations := operationsOf(client.NewAPIClient(configuration))

	input := bufio.NewReader(os.Stdin)
	decoder, encoder := json.NewDecoder(input), json.NewEncoder(os.Stdout)
	for decoder.More() {
		current, received = call{}, nil
		if err := decoder.Decode(&current); err != nil {
			fmt.Fprintln(os.Stderr, "not a case:", err)
			os.Exit(1)
		}
		value, err := run(operations, current)
		if current.Side == "request" && err == nil {
			value = received
		}
		if err != nil {
			encoder.Encode(result{Error: err.Error()})
		} else if err := encoder.Encode(result{Value: value}); err != nil {
			encoder.Encode(result{Error: err.Error()})
		}
	}
}

// operationsOf finds the methods that begin a call, by their plain names.
func operationsOf(api *client.APIClient) map[string]reflect.Value {
	operations := map[string]reflect.Value{}
	fields := reflect.ValueOf(api).Elem()
	for i := range fields.NumField() {
		if !fields.Type().Field(i).IsExported() {
			continue
		}
		service := fields.Field(i)
		for j := range service.NumMethod() {
			operations[plain(service.Type().Method(j).Name)] = service.Method(j)
		}
	}
	return operations
}

// plain is a name without what distinguishes the conventions of languages.
func plain(name string) string {
	return strings.ToLower(strings.NewReplacer("_", "", "-", "", ".", "").Replace(name))
}

func run(operations map[string]reflect.Value, c call) (json.RawMessage, error) {
	method, ok := operations[plain(c.Operation)]
	if !ok {
		return nil, fmt.Errorf("the client has no method %s", c.Operation)
	}
	arguments := []reflect.Value{reflect.ValueOf(context.Background())}
	settings := map[string]json.RawMessage{}
	for _, p := range c.Parameters {
		if p.In != "path" {
			settings[plain(p.Name)] = p.Value
			continue
		}
		if len(arguments) == method.Type().NumIn() {
			return nil, fmt.Errorf("%s does not take %s", c.Operation, p.Name)
		}
		argument, err := read(method.Type().In(len(arguments)), p.Value)
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
		value, isParameter := settings[plain(name)]
		if !isParameter {
			value, sent = c.Body, true
		}
		if value == nil {
			continue
		}
		argument, err := read(setter.Type().In(0), value)
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
		var failure interface{ Model() interface{} }
		if c.Status < 300 || !errors.As(err, &failure) || failure.Model() == nil {
			return nil, err
		}
		value = failure.Model()
	}
	if file, isFile := value.(*os.File); isFile {
		defer os.Remove(file.Name())
		bytes, err := io.ReadAll(file)
		if err != nil {
			return nil, err
		}
		value = string(bytes)
	}
	return json.Marshal(value)
}

func read(kind reflect.Type, text json.RawMessage) (reflect.Value, error) {
	value := reflect.New(kind)
	err := json.Unmarshal(text, value.Interface())
	return value.Elem(), err
}
