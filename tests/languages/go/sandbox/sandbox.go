// Package sandbox is what a journey does besides its calls: tests/languages/JOURNEY.md describes it.
package sandbox

import (
	"archive/zip"
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"

	"avepoint.test/languages/token"
	"golang.org/x/oauth2"
)

// Document is what a journey prints, or a part of it.
type Document = map[string]any

// Started is when the world of the sandbox begins; later jobs are not counted.
const Started = "2026-11-02T08:00:00Z"

// Part is a member of the document, and what finds it out.
type Part struct {
	Name string
	Run  func() (Document, error)
}

// Run prints the document of a journey, or ends the program with what went wrong. The parts, which follow each other, get
// a source of tokens.
func Run(parts func(ctx context.Context, tokens oauth2.TokenSource) ([]Part, error)) {
	document, err := run(parts)
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(document)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "journey:", err)
		os.Exit(1)
	}
}

func run(parts func(ctx context.Context, tokens oauth2.TokenSource) ([]Part, error)) (Document, error) {
	ctx := context.Background()
	endpoint := os.Getenv("AVEPOINT_IDENTITY_URL") + "/connect/token"
	id := os.Getenv("AVEPOINT_CLIENT_ID")
	scopes := []string{
		"elements.customers.read.all", "elements.um.user.read.all", "elements.um.user.readwrite.all",
		"insights.graph.readwrite.all", "partner.jobs.read.all",
	}
	secret, err := token.BySecret(ctx, endpoint, id, os.Getenv("AVEPOINT_CLIENT_SECRET"), scopes...)
	if err != nil {
		return nil, err
	}
	assertion, err := token.ByCertificate(ctx, endpoint, id, os.Getenv("AVEPOINT_CLIENT_CERTIFICATE_PATH"), scopes...)
	if err != nil {
		return nil, err
	}
	granted := Document{}
	for name, source := range map[string]oauth2.TokenSource{"secret": secret, "assertion": assertion} {
		token, err := source.Token()
		if err != nil {
			return nil, fmt.Errorf("tokens: %s: %w", name, err)
		}
		scope, _ := token.Extra("scope").(string)
		granted[name] = slices.Sorted(slices.Values(strings.Fields(scope)))
	}

	document := Document{"tokens": granted}
	following, err := parts(ctx, assertion)
	if err != nil {
		return nil, err
	}
	for _, part := range following {
		if document[part.Name], err = part.Run(); err != nil {
			return nil, fmt.Errorf("%s: %w", part.Name, err)
		}
	}
	return document, nil
}

// Fault has the next call meet a fault.
func Fault(fault string) error {
	return control("faults", Document{"next": []string{fault}})
}

// Advance puts the clock of the sandbox forward.
func Advance(seconds int) error {
	return control("time", Document{"advanceSeconds": seconds})
}

func control(name string, body Document) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	answer, err := http.Post(os.Getenv("AVEPOINT_BASE_URL")+"/_sandbox/"+name, "application/json", bytes.NewReader(text))
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("the sandbox refused to set its %s: %s", name, answer.Status)
	}
	return nil
}

// Files tells of each workbook in the ZIP of an export what its texts are like.
func Files(export []byte) ([]Document, error) {
	archive, err := zip.NewReader(bytes.NewReader(export), int64(len(export)))
	if err != nil {
		return nil, err
	}
	files := []Document{}
	for _, file := range archive.File {
		content, err := read(archive, file.Name)
		if err != nil {
			return nil, err
		}
		workbook, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file.Name, err)
		}
		texts, err := read(workbook, "xl/sharedStrings.xml")
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file.Name, err)
		}
		files = append(files, Document{
			"name": file.Name, "bytes": len(texts), "sha256": fmt.Sprintf("%x", sha256.Sum256(texts)),
		})
	}
	slices.SortFunc(files, func(a, b Document) int { return cmp.Compare(a["name"].(string), b["name"].(string)) })
	return files, nil
}

func read(archive *zip.Reader, name string) ([]byte, error) {
	file, err := archive.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(file)
}
