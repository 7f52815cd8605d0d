//! A small spec without problems, and a way to break it in one place.

use std::path::Path;

use crate::document::Document;

use super::{Problem, check};

/// A spec that keeps every rule.
pub const CLEAN: &str = "\
openapi: 3.0.3
info:
  title: Mini
  version: '1'
servers:
  - url: https://example.com
tags:
  - name: Users
    description: The users.
  - name: Scans
    description: The scans.
paths:
  /users:
    get:
      operationId: listUsers
      tags: [Users]
      summary: List the users of the customer
      description: Lists them page by page.
      externalDocs:
        url: https://example.com/list-users
      security:
        - oauth2: [users.read]
      x-paging:
        style: page-number
        page: pageIndex
        size: pageSize
        items: data
        total: metadata.totalCount
      parameters:
        - $ref: '#/components/parameters/PageIndex'
        - $ref: '#/components/parameters/PageSize'
        - name: status
          in: query
          description: Only users of this status.
          schema:
            $ref: '#/components/schemas/UserStatus'
          example: 1
      responses:
        '200':
          description: A page of users.
          content:
            application/json:
              schema:
                $ref: '#/components/schemas/UserPage'
              example:
                data:
                  - id: u-1
                    name: Ada
                    status: 0
                    createdAt: '2025-01-02T03:04:05Z'
                    manager: null
                metadata:
                  totalCount: 1
        '400':
          $ref: '#/components/responses/BadRequest'
  /users/{userId}:
    get:
      operationId: getUser
      tags: [Users]
      summary: Read one user
      description: Reads one user. Replaced by `listUsers`.
      deprecated: true
      security:
        - oauth2: [users.read]
      parameters:
        - name: userId
          in: path
          required: true
          description: The user.
          schema:
            $ref: '#/components/schemas/UserId'
          example: u-1
      responses:
        '200':
          description: The user.
          content:
            application/json:
              schema:
                $ref: '#/components/schemas/User'
              example:
                id: u-1
  /scans:
    post:
      operationId: runScan
      tags: [Scans]
      summary: Run a scan
      description: Runs a scan and answers with nothing.
      externalDocs:
        url: https://example.com/run-scan
      security:
        - oauth2: [users.read]
        - oauth2: [scans.run]
      x-read-only: true
      requestBody:
        required: true
        content:
          application/json:
            schema:
              $ref: '#/components/schemas/ScanRequest'
            example:
              contact: ada@example.com
              depth: 3
      responses:
        '204':
          description: It runs.
components:
  parameters:
    PageIndex:
      name: pageIndex
      in: query
      description: Which page.
      schema:
        type: integer
        minimum: 1
        default: 1
      example: 1
    PageSize:
      name: pageSize
      in: query
      description: How many a page.
      schema:
        type: integer
        minimum: 1
        maximum: 100
        default: 50
      example: 50
  responses:
    BadRequest:
      description: It was not understood.
      content:
        application/json:
          schema:
            $ref: '#/components/schemas/ErrorBody'
          example:
            message: The page is too large.
  schemas:
    UserId:
      type: string
      minLength: 1
      description: Identifies a user.
    UserStatus:
      type: integer
      description: How a user stands.
      enum: [0, 1]
      x-enum-varnames: [Active, Blocked]
      x-enum-descriptions: [May sign in., May not sign in.]
    User:
      type: object
      description: A user.
      properties:
        id:
          $ref: '#/components/schemas/UserId'
        name:
          type: string
          description: The name.
          maxLength: 100
          pattern: '^\\S+$'
        status:
          description: How the user stands.
          allOf:
            - $ref: '#/components/schemas/UserStatus'
        createdAt:
          type: string
          format: date-time
          description: When the user was made.
        manager:
          description: The user above.
          nullable: true
          allOf:
            - $ref: '#/components/schemas/UserId'
    UserPage:
      type: object
      description: A page of users.
      properties:
        data:
          type: array
          description: The users.
          items:
            $ref: '#/components/schemas/User'
        metadata:
          type: object
          description: Where the page stands.
          properties:
            totalCount:
              type: integer
              description: How many there are.
    ScanRequest:
      type: object
      description: What to scan.
      required: [contact]
      properties:
        contact:
          type: string
          format: email
          description: Whom to tell.
        depth:
          type: integer
          description: How deep.
          minimum: 0
          exclusiveMinimum: true
          maximum: 9
    ErrorBody:
      type: object
      description: What a refusal carries.
      additionalProperties: true
  securitySchemes:
    oauth2:
      type: oauth2
      description: Client credentials.
      flows:
        clientCredentials:
          tokenUrl: https://example.com/token
          scopes:
            users.read: Read users.
            scans.run: Run scans.
";

/// A document from text.
pub fn document(text: &str) -> Document {
    Document::parse(Path::new("mini.yaml"), text).expect("the test's YAML is valid")
}

/// The clean spec with texts replaced, each of which must stand in it just once.
fn edited(edits: &[(&str, &str)]) -> String {
    let mut text = CLEAN.to_owned();
    for (from, to) in edits {
        assert_eq!(text.matches(from).count(), 1, "`{from}` must stand in the spec once");
        text = text.replace(from, to);
    }
    text
}

/// What is wrong with the clean spec after these edits.
pub fn problems(edits: &[(&str, &str)]) -> Vec<Problem> {
    check(&document(&edited(edits)))
}

/// Edits break exactly these rules, each at the line with this text.
#[track_caller]
pub fn expect(edits: &[(&str, &str)], expected: &[(&str, &str)]) {
    let text = edited(edits);
    let problems = check(&document(&text));
    let found: Vec<_> = problems
        .iter()
        .map(|problem| {
            let line = text.lines().nth(problem.line - 1).unwrap_or_default();
            (problem.rule, line.trim())
        })
        .collect();
    assert_eq!(found, expected, "{problems:#?}");
    for problem in problems {
        assert!(!problem.message.is_empty() && !problem.remedy.is_empty());
    }
}
