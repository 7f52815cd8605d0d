// The journey, with a client that openapi-generator has made: tests/languages/JOURNEY.md describes it.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
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
	api       *client.APIClient
	customers []*client.ElementsV3Customer
}

func main() {
	sandbox.Run(func(ctx context.Context, tokens oauth2.TokenSource) ([]sandbox.Part, error) {
		configuration := client.NewConfiguration()
		configuration.Servers = client.ServerConfigurations{{URL: os.Getenv("AVEPOINT_BASE_URL")}}
		j := &journey{ctx: context.WithValue(ctx, client.ContextOAuth2, tokens), api: client.NewAPIClient(configuration)}
		return []sandbox.Part{
			{Name: "customers", Run: j.listCustomers},
			{Name: "jobs", Run: j.jobs},
			{Name: "user", Run: j.user},
			{Name: "export", Run: j.export},
			{Name: "throttled", Run: j.throttled},
			{Name: "unknownCode", Run: j.unknownCode},
			{Name: "nullMember", Run: j.nullMember},
		}, nil
	})
}

func (j *journey) listPage(index, size int32) (*client.ElementsV3CustomerPage, *http.Response, error) {
	return j.api.ElementsV3CustomersAPI.ElementsV3ListCustomers(j.ctx).
		ElementsV3ListCustomersRequest(client.ElementsV3ListCustomersRequest{}).
		PageIndex(index).PageSize(size).Execute()
}

func (j *journey) listCustomers() (document, error) {
	pages, total := 0, 1
	for len(j.customers) < total {
		pages++
		page, _, err := j.listPage(int32(pages), 100)
		if err != nil {
			return nil, err
		}
		if len(page.Data) == 0 {
			break
		}
		j.customers = append(j.customers, page.Data...)
		metadata := page.GetMetadata()
		total = int(metadata.GetTotalCount())
	}
	modes := map[string]int{}
	for _, customer := range j.customers {
		if mode, isSet := customer.GetManagementModeOk(); isSet && mode != nil {
			modes[strconv.Itoa(int(*mode))]++
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
			lists[i], _, err = j.api.ElementsLegacyJobsAPI.ElementsLegacyListBackupJobs(j.ctx, customer.GetId()).Execute()
			return err
		})
	}
	if err := calls.Wait(); err != nil {
		return nil, err
	}
	jobs, states := 0, map[string]int{}
	for _, list := range lists {
		for _, job := range list.Value {
			if job.GetEndTime() < sandbox.Started {
				jobs++
				states[job.GetStatus()]++
			}
		}
	}
	return document{"customers": len(lists), "jobs": jobs, "byState": states}, nil
}

func (j *journey) user() (document, error) {
	customer := j.customers[0]
	tenant := customer.Tenants[0].GetId()
	api := j.api.ElementsV3UsersAPI
	page, _, err := api.ElementsV3ListUsers(j.ctx, customer.GetId(), tenant).
		ElementsV3ListUsersRequest(client.ElementsV3ListUsersRequest{}).PageSize(1).Execute()
	if err != nil {
		return nil, err
	}
	if len(page.Data) == 0 {
		return nil, errors.New("the tenant has no user")
	}
	user := page.Data[0]
	_, err = api.ElementsV3UpdateUserGeneral(j.ctx, customer.GetId(), tenant, user.GetId()).
		ElementsV3UpdateUserGeneralRequest(client.ElementsV3UpdateUserGeneralRequest{
			FirstName: user.GetFirstName(), LastName: user.GetLastName(), DisplayName: "Journey",
			JobTitle: user.GetJobTitle(), EmployeeId: user.GetEmployeeId(),
		}).Execute()
	if err != nil {
		return nil, err
	}
	updated, _, err := api.ElementsV3GetUser(j.ctx, customer.GetId(), tenant, user.GetId()).Execute()
	if err != nil {
		return nil, err
	}
	return document{"id": user.Id, "before": user.DisplayName, "after": updated.DisplayName}, nil
}

func (j *journey) export() (document, error) {
	sites, jobs := j.api.InsightsSitesAPI, j.api.InsightsExportJobsAPI
	page, _, err := sites.InsightsListSiteOverviews(j.ctx).
		InsightsListSiteOverviewsRequest(client.InsightsListSiteOverviewsRequest{PageSize: new(int32(3))}).Execute()
	if err != nil {
		return nil, err
	}
	var urls []string
	for _, site := range page.Values {
		urls = append(urls, site.GetSiteUrl())
	}
	started, _, err := sites.InsightsExportSitePermissions(j.ctx).SiteUrls(urls).Execute()
	if err != nil {
		return nil, err
	}
	status := int32(1)
	for status == 1 {
		if err := sandbox.Advance(60); err != nil {
			return nil, err
		}
		job, _, err := jobs.InsightsGetExportJobStatus(j.ctx, started.GetJobId()).Execute()
		if err != nil {
			return nil, err
		}
		status = job.GetJobStatus()
	}
	// The client has written it to a temporary file.
	file, _, err := jobs.InsightsDownloadExportJobFile(j.ctx, started.GetJobId()).Execute()
	if err != nil {
		return nil, err
	}
	defer os.Remove(file.Name())
	defer file.Close()
	archive, err := io.ReadAll(file)
	if err != nil {
		return nil, err
	}
	files, err := sandbox.Files(archive)
	return document{"status": status, "files": files}, err
}

func (j *journey) throttled() (document, error) {
	if err := sandbox.Fault("status=429,retry-after=1"); err != nil {
		return nil, err
	}
	_, answer, err := j.listPage(1, 1)
	var failure *client.GenericOpenAPIError
	if !errors.As(err, &failure) {
		return nil, fmt.Errorf("was not refused by the service: %w", err)
	}
	body, isRead := failure.Model().(client.ElementsV3ErrorBody)
	if !isRead {
		return nil, fmt.Errorf("was refused with a body that is not read: %w", err)
	}
	retryAfter := answer.Header.Get("Retry-After")
	seconds, err := strconv.Atoi(retryAfter)
	if err != nil {
		return nil, err
	}
	time.Sleep(time.Duration(seconds) * time.Second)
	page, _, err := j.listPage(1, 1)
	if err != nil {
		return nil, err
	}
	return document{
		"status": answer.StatusCode, "retryAfter": retryAfter, "message": body.Message, "then": len(page.Data),
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
	page, _, err := j.listPage(1, 1)
	if err != nil {
		return nil, err
	}
	if len(page.Data) == 0 {
		return nil, errors.New("no customer came")
	}
	return page.Data[0], nil
}
