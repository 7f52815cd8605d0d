<?php
// The journey: tests/languages/JOURNEY.md describes it.

require __DIR__ . '/autoload.php';
require __DIR__ . '/Tokens.php';

use GuzzleHttp\Client;
use GuzzleHttp\HandlerStack;
use GuzzleHttp\Middleware;
use GuzzleHttp\Promise\Each;
use OpenAPI\Client\Api\ElementsLegacyJobsApi;
use OpenAPI\Client\Api\ElementsV3CustomersApi;
use OpenAPI\Client\Api\ElementsV3UsersApi;
use OpenAPI\Client\Api\InsightsExportJobsApi;
use OpenAPI\Client\Api\InsightsSitesApi;
use OpenAPI\Client\ApiException;
use OpenAPI\Client\Configuration;
use OpenAPI\Client\Model\ElementsV3Customer;
use OpenAPI\Client\Model\ElementsV3CustomerPage;
use OpenAPI\Client\Model\ElementsV3ListCustomersRequest;
use OpenAPI\Client\Model\ElementsV3ListUsersRequest;
use OpenAPI\Client\Model\ElementsV3UpdateUserGeneralRequest;
use OpenAPI\Client\Model\InsightsListSiteOverviewsRequest;

const BEGINNING = '2026-11-02T08:00:00Z';
const SCOPES = [
    'elements.customers.read.all', 'elements.um.user.read.all', 'elements.um.user.readwrite.all',
    'insights.graph.readwrite.all', 'partner.jobs.read.all',
];

final class Journey
{
    private readonly Client $http;

    public function __construct(Tokens $tokens)
    {
        $handler = HandlerStack::create();
        $handler->push(Middleware::mapRequest(fn ($request) => $request->withHeader('Authorization', "Bearer {$tokens->token()}")));
        $this->http = new Client(['handler' => $handler]);
        Configuration::getDefaultConfiguration()->setHost(getenv('AVEPOINT_BASE_URL'));
    }

    private function page(int $index, int $size): ElementsV3CustomerPage
    {
        return (new ElementsV3CustomersApi($this->http))->elementsV3ListCustomers(new ElementsV3ListCustomersRequest(), $index, $size);
    }

    private function control(string $name, array $body): void
    {
        (new Client())->post(getenv('AVEPOINT_BASE_URL') . "/_sandbox/$name", ['json' => $body]);
    }

    /** All customers, and what is told of them. */
    public function customers(): array
    {
        $customers = [];
        $pages = 0;
        do {
            $page = $this->page(++$pages, 100);
            array_push($customers, ...$page->getData());
        } while ($page->getData() && count($customers) < $page->getMetadata()->getTotalCount());
        $modes = array_filter(array_map(fn ($customer) => $customer->getManagementMode(), $customers), is_int(...));
        return [$customers, [
            'count' => count($customers),
            'pages' => $pages,
            'first' => $customers[0]->getOrganization(),
            'last' => end($customers)->getOrganization(),
            'byManagementMode' => (object) array_count_values($modes),
        ]];
    }

    /** @param ElementsV3Customer[] $customers */
    public function jobs(array $customers): array
    {
        $api = new ElementsLegacyJobsApi($this->http);
        $calls = (function () use ($api, $customers) {
            foreach ($customers as $customer) {
                yield $api->elementsLegacyListBackupJobsAsync($customer->getId());
            }
        })();
        $jobs = [];
        Each::ofLimitAll($calls, 8, function ($list) use (&$jobs): void {
            array_push($jobs, ...$list->getValue());
        })->wait();
        $ended = array_filter($jobs, fn ($job) => $job->getEndTime() !== null && strcmp($job->getEndTime(), BEGINNING) < 0);
        $states = array_count_values(array_map(fn ($job) => $job->getStatus(), $ended));
        return ['customers' => count($customers), 'jobs' => count($ended), 'byState' => $states];
    }

    public function user(ElementsV3Customer $customer): array
    {
        $api = new ElementsV3UsersApi($this->http);
        $tenant = [$customer->getId(), $customer->getTenants()[0]->getId()];
        $before = $api->elementsV3ListUsers(...$tenant, elements_v3_list_users_request: new ElementsV3ListUsersRequest(), page_size: 1)->getData()[0];
        $update = new ElementsV3UpdateUserGeneralRequest([
            'first_name' => $before->getFirstName(), 'last_name' => $before->getLastName(), 'display_name' => 'Journey',
            'job_title' => $before->getJobTitle(), 'employee_id' => $before->getEmployeeId(),
        ]);
        $api->elementsV3UpdateUserGeneral(...[...$tenant, $before->getId(), $update]);
        $after = $api->elementsV3GetUser(...[...$tenant, $before->getId()]);
        return ['id' => $before->getId(), 'before' => $before->getDisplayName(), 'after' => $after->getDisplayName()];
    }

    public function export(): array
    {
        $sites = new InsightsSitesApi($this->http);
        $page = $sites->insightsListSiteOverviews(new InsightsListSiteOverviewsRequest(['page_size' => 3]));
        $urls = array_map(fn ($site) => $site->getSiteUrl(), $page->getValues());
        $job = $sites->insightsExportSitePermissions($urls)->getJobId();
        $api = new InsightsExportJobsApi($this->http);
        do {
            $this->control('time', ['advanceSeconds' => 60]);
            $status = $api->insightsGetExportJobStatus($job)->getJobStatus();
        } while ($status === 1);
        // The client has written it to a temporary file.
        $path = $api->insightsDownloadExportJobFile($job)->getPathname();
        $archive = new ZipArchive();
        $archive->open($path);
        $files = [];
        for ($index = 0; $index < $archive->numFiles; $index++) {
            $workbook = tempnam(sys_get_temp_dir(), 'workbook');
            file_put_contents($workbook, $archive->getFromIndex($index));
            $texts = file_get_contents("zip://$workbook#xl/sharedStrings.xml");
            unlink($workbook);
            $files[] = ['name' => $archive->getNameIndex($index), 'bytes' => strlen($texts), 'sha256' => hash('sha256', $texts)];
        }
        unlink($path);
        usort($files, fn ($one, $other) => strcmp($one['name'], $other['name']));
        return ['status' => $status, 'files' => $files];
    }

    public function throttled(): array
    {
        $this->control('faults', ['next' => ['status=429,retry-after=1']]);
        try {
            $this->page(1, 1);
            throw new LogicException('the call was not refused');
        } catch (ApiException $failure) {
            $retryAfter = array_change_key_case($failure->getResponseHeaders())['retry-after'][0];
        }
        sleep((int) $retryAfter);
        return [
            'status' => $failure->getCode(),
            'retryAfter' => $retryAfter,
            'message' => $failure->getResponseObject()->getMessage(),
            'then' => count($this->page(1, 1)->getData()),
        ];
    }

    public function faulty(string $fault): ElementsV3Customer
    {
        $this->control('faults', ['next' => [$fault]]);
        return $this->page(1, 1)->getData()[0];
    }
}

function tokens(string ...$proof): Tokens
{
    return new Tokens(getenv('AVEPOINT_IDENTITY_URL'), getenv('AVEPOINT_CLIENT_ID'), SCOPES, ...$proof);
}

/** The scopes that stand in a token, which is a JWT. */
function granted(Tokens $tokens): array
{
    $scopes = json_decode(base64_decode(strtr(explode('.', $tokens->token())[1], '-_', '+/')))->scope;
    sort($scopes);
    return $scopes;
}

// A warning is a failure.
set_error_handler(fn (int $kind, string $message) => throw new ErrorException($message, 0, $kind), E_WARNING);
$assertion = tokens(certificate: getenv('AVEPOINT_CLIENT_CERTIFICATE_PATH'));
$journey = new Journey($assertion);
[$customers, $counted] = $journey->customers();
$document = [
    'tokens' => ['secret' => granted(tokens(secret: getenv('AVEPOINT_CLIENT_SECRET'))), 'assertion' => granted($assertion)],
    'customers' => $counted,
    'jobs' => $journey->jobs(array_slice($customers, 0, 40)),
    'user' => $journey->user($customers[0]),
    'export' => $journey->export(),
    'throttled' => $journey->throttled(),
];
$customer = $journey->faulty('codes=unknown');
$document['unknownCode'] = ['jobStatus' => $customer->getJobStatus(), 'managementMode' => $customer->getManagementMode()];
$customer = $journey->faulty('members=null');
$document['nullMember'] = [
    'id' => $customer->getId(), 'organization' => $customer->getOrganization(), 'tenants' => $customer->getTenants(),
];
echo json_encode($document), "\n";
