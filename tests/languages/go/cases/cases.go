// Package cases hands cases to a generated client over a socket, and tells what came through: tests/languages/cases.py
// describes cases and results.
package cases

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"reflect"
	"strings"
)

// Case is a call, and how the service answers it.
type Case struct {
	Operation  string
	Side       string
	Parameters []Parameter
	Body       json.RawMessage
	Status     int
	Media      string
	Answer     json.RawMessage
}

// Parameter is one of the operation's; its Value is nil where the example has none.
type Parameter struct {
	Name  string
	In    string
	Value json.RawMessage
}

// Client calls the operation of a case, and returns what it made of the answer.
type Client func(Case) (any, error)

type result struct {
	Value  json.RawMessage `json:"value,omitempty"`
	Target string          `json:"target,omitempty"`
	Error  string          `json:"error,omitempty"`
}

// Carry reads cases from standard input, and writes one result for each. It makes the client of the service at a URL.
func Carry(clientOf func(url string) Client) {
	var current Case
	var received []byte
	var target string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		received, _ = io.ReadAll(r.Body)
		target = r.Method + " " + r.RequestURI
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

	client := clientOf(server.URL)
	decoder, encoder := json.NewDecoder(os.Stdin), json.NewEncoder(os.Stdout)
	for decoder.More() {
		current, received, target = Case{}, nil, ""
		if err := decoder.Decode(&current); err != nil {
			fmt.Fprintln(os.Stderr, "not a case:", err)
			os.Exit(1)
		}
		answer, err := client(current)
		value, failure := json.Marshal(answer)
		if current.Side == "request" {
			value = received
		}
		if err == nil {
			err = failure
		}
		if err != nil {
			encoder.Encode(result{Error: err.Error()})
		} else if err := encoder.Encode(result{Value: value, Target: target}); err != nil {
			encoder.Encode(result{Error: err.Error()})
		}
	}
}

// Plain is a name without what distinguishes the conventions of languages.
func Plain(name string) string {
	return strings.ToLower(strings.NewReplacer("_", "", "-", "", ".", "").Replace(name))
}

// Methods finds the methods of a value by their plain names.
func Methods(value reflect.Value) map[string]reflect.Value {
	methods := map[string]reflect.Value{}
	for i := range value.NumMethod() {
		methods[Plain(value.Type().Method(i).Name)] = value.Method(i)
	}
	return methods
}

// Read makes a value of this type of JSON.
func Read(kind reflect.Type, text json.RawMessage) (reflect.Value, error) {
	value := reflect.New(kind)
	err := json.Unmarshal(text, value.Interface())
	return value.Elem(), err
}
