// The journey, with a client that oapi-codegen has made: tests/languages/JOURNEY.md describes it.
package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"time"

	"avepoint.test/languages/client"
	"avepoint.test/languages/sandbox"
	"golang.org/x/oauth2"
	"golang.org/x/sync/errgroup"
)

type document = sandbox.Document

type journey struct {
	ctx       context.Context
	api       *client.ClientWithResponses
	customers []*client.ElementsV3Customer
}

func main() {
	sandbox.Run(func(ctx context.Context, tokens oauth2.TokenSource) ([]sandbox.Part, error) {
		withTokens := client.WithHTTPClient(oauth2.NewClient(ctx, tokens))
		api, err := client.NewClientWithResponses(os.Getenv("AVEPOINT_BASE_URL"), withTokens)
		j := &journey{ctx: ctx, api: api}
		return []sandbox.Part{
			{Name: "customers", Run: j.listCustomers},
			{Name: "jobs", Run: j.jobs},
			{Name: "user", Run: j.user},
			{Name: "export", Run: j.export},
			{Name: "throttled", Run: j.throttled},
			{Name: "unknownCode", Run: j.unknownCode},
			{Name: "nullMember", Run: j.nullMember},
		}, err
	})
}

// value is what an answer with the status 200 holds; any other is an error here.
func value[T any, A interface {
	GetJSON200() *T
	Status() string
}](answer A, err error) (*T, error) {
	if err != nil {
		return nil, err
	}
	if value := answer.GetJSON200(); value != nil {
		return value, nil
	}
	return nil, errors.New(answer.Status())
}

// or is what a member holds, or the empty value where it is null or did not come.
func or[T any](member *T) (value T) {
	if member != nil {
		value = *member
	}
	return value
}

func (j *journey) listPage(index, size int32) (*client.ElementsV3ListCustomersResponse, error) {
	params := client.ElementsV3ListCustomersParams{PageIndex: &index, PageSize: &size}
	return j.api.ElementsV3ListCustomersWithResponse(j.ctx, &params, client.ElementsV3ListCustomersRequest{})
}

func (j *journey) listCustomers() (document, error) {
	pages, total := 0, 1
	for len(j.customers) < total {
		pages++
		page, err := value(j.listPage(int32(pages), 100))
		if err != nil {
			return nil, err
		}
		customers, metadata := or(page.Data), or(page.Metadata)
		if len(customers) == 0 {
			break
		}
		j.customers = append(j.customers, customers...)
		total = int(or(metadata.TotalCount))
	}
	modes := map[string]int{}
	for _, customer := range j.customers {
		if customer.ManagementMode != nil {
			modes[strconv.Itoa(*customer.ManagementMode)]++
		}
	}
	return document{
		"count": len(j.customers), "pages": pages, "byManagementMode": modes,
		"first": j.customers[0].Organization, "last": j.customers[len(j.customers)-1].Organization,
	}, nil
}

func (j *journey) jobs() (document, error) {
	customers := j.customers[:40]
	lists := make([]*client.ElementsLegacyBackupJobList, len(customers))
	var calls errgroup.Group
	calls.SetLimit(8)
	for i, customer := range customers {
		calls.Go(func() (err error) {
			lists[i], err = value(j.api.ElementsLegacyListBackupJobsWithResponse(j.ctx, or(customer.Id)))
			return err
		})
	}
	if err := calls.Wait(); err != nil {
		return nil, err
	}
	jobs, states := 0, map[string]int{}
	for _, list := range lists {
		for _, job := range or(list.Value) {
			if or(job.EndTime) < sandbox.Started {
				jobs++
				states[or(job.Status)]++
			}
		}
	}
	return document{"customers": len(lists), "jobs": jobs, "byState": states}, nil
}

func (j *journey) user() (document, error) {
	customer := or(j.customers[0].Id)
	tenant := or(or(j.customers[0].Tenants)[0].Id)
	params := client.ElementsV3ListUsersParams{PageSize: new(int32(1))}
	page, err := value(j.api.ElementsV3ListUsersWithResponse(j.ctx, customer, tenant, &params, client.ElementsV3ListUsersRequest{}))
	if err != nil {
		return nil, err
	}
	users := or(page.Data)
	if len(users) == 0 {
		return nil, errors.New("the tenant has no user")
	}
	user := users[0]
	update := client.ElementsV3UpdateUserGeneralRequest{
		FirstName: or(user.FirstName), LastName: or(user.LastName), DisplayName: "Journey",
		JobTitle: or(user.JobTitle), EmployeeId: or(user.EmployeeId),
	}
	answer, err := j.api.ElementsV3UpdateUserGeneralWithResponse(j.ctx, customer, tenant, or(user.Id), update)
	if err != nil {
		return nil, err
	}
	if answer.StatusCode() != http.StatusNoContent {
		return nil, errors.New(answer.Status())
	}
	updated, err := value(j.api.ElementsV3GetUserWithResponse(j.ctx, customer, tenant, or(user.Id)))
	if err != nil {
		return nil, err
	}
	return document{"id": user.Id, "before": user.DisplayName, "after": updated.DisplayName}, nil
}

func (j *journey) export() (document, error) {
	first := client.InsightsListSiteOverviewsRequest{PageSize: new(int32(3))}
	page, err := value(j.api.InsightsListSiteOverviewsWithResponse(j.ctx, first))
	if err != nil {
		return nil, err
	}
	var params client.InsightsExportSitePermissionsParams
	for _, site := range or(page.Values) {
		params.SiteUrls = append(params.SiteUrls, or(site.SiteUrl))
	}
	started, err := value(j.api.InsightsExportSitePermissionsWithResponse(j.ctx, &params))
	if err != nil {
		return nil, err
	}
	status := 1
	for status == 1 {
		if err := sandbox.Advance(60); err != nil {
			return nil, err
		}
		job, err := value(j.api.InsightsGetExportJobStatusWithResponse(j.ctx, or(started.JobId)))
		if err != nil {
			return nil, err
		}
		status = or(job.JobStatus)
	}
	file, err := j.api.InsightsDownloadExportJobFileWithResponse(j.ctx, or(started.JobId))
	if err != nil {
		return nil, err
	}
	if file.StatusCode() != http.StatusOK {
		return nil, errors.New(file.Status())
	}
	files, err := sandbox.Files(file.Body)
	return document{"status": status, "files": files}, err
}

func (j *journey) throttled() (document, error) {
	if err := sandbox.Fault("status=429,retry-after=1"); err != nil {
		return nil, err
	}
	refusal, err := j.listPage(1, 1)
	if err != nil {
		return nil, err
	}
	if refusal.JSON429 == nil {
		return nil, fmt.Errorf("was not refused: %s", refusal.Status())
	}
	retryAfter := refusal.HTTPResponse.Header.Get("Retry-After")
	seconds, err := strconv.Atoi(retryAfter)
	if err != nil {
		return nil, err
	}
	time.Sleep(time.Duration(seconds) * time.Second)
	page, err := value(j.listPage(1, 1))
	if err != nil {
		return nil, err
	}
	return document{
		"status": refusal.StatusCode(), "retryAfter": retryAfter, "message": refusal.JSON429.Message,
		"then": len(or(page.Data)),
	}, nil
}

func (j *journey) unknownCode() (document, error) {
	customer, err := j.faulty("codes=unknown")
	if err != nil {
		return nil, err
	}
	return document{"jobStatus": customer.JobStatus, "managementMode": customer.ManagementMode}, nil
}

func (j *journey) nullMember() (document, error) {
	customer, err := j.faulty("members=null")
	if err != nil {
		return nil, err
	}
	return document{"id": customer.Id, "organization": customer.Organization, "tenants": customer.Tenants}, nil
}

// faulty is the first customer of an answer with a fault.
func (j *journey) faulty(fault string) (*client.ElementsV3Customer, error) {
	if err := sandbox.Fault(fault); err != nil {
		return nil, err
	}
	page, err := value(j.listPage(1, 1))
	if err != nil {
		return nil, err
	}
	customers := or(page.Data)
	if len(customers) == 0 {
		return nil, errors.New("no customer came")
	}
	return customers[0], nil
}
