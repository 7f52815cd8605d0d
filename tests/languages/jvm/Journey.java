import client.ApiException;
import client.api.ElementsLegacyJobsApi;
import client.api.ElementsV3CustomersApi;
import client.api.ElementsV3UsersApi;
import client.api.InsightsExportJobsApi;
import client.api.InsightsSitesApi;
import client.model.ElementsLegacyBackupJob;
import client.model.ElementsV3Customer;
import client.model.ElementsV3ErrorBody;
import client.model.ElementsV3ListCustomersRequest;
import client.model.ElementsV3ListUsersRequest;
import client.model.ElementsV3UpdateUserGeneralRequest;
import client.model.InsightsListSiteOverviewsRequest;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipFile;
import java.util.zip.ZipInputStream;

/**
 * The journey of tests/languages/JOURNEY.md. {@code Library}, beside the client, does what each library does in its own
 * way.
 */
class Journey {
    /** What the operations of the journey need. */
    private static final List<String> SCOPES = List.of("elements.customers.read.all", "elements.um.user.read.all",
            "elements.um.user.readwrite.all", "insights.graph.readwrite.all", "partner.jobs.read.all");

    /** When the world of the sandbox begins: what has ended before is the same for every run. */
    private static final String BEGINNING = "2026-11-02T08:00:00Z";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final Tokens tokens;
    private final ElementsV3CustomersApi customers;

    private Journey(Tokens tokens) throws Exception {
        this.tokens = tokens;
        customers = api(ElementsV3CustomersApi.class);
    }

    public static void main(String[] arguments) throws Exception {
        var id = variable("CLIENT_ID");
        var secret = tokens(Tokens.bySecret(id, variable("CLIENT_SECRET")));
        var assertion = tokens(Tokens.byCertificate(id, Path.of(variable("CLIENT_CERTIFICATE_PATH"))));
        var journey = new Journey(assertion);
        var listed = new ArrayList<ElementsV3Customer>();
        var document = new LinkedHashMap<String, Object>();
        document.put("tokens", Map.of("secret", sorted(secret.granted()), "assertion", sorted(assertion.granted())));
        document.put("customers", journey.customers(listed));
        document.put("jobs", journey.jobs(listed));
        document.put("user", journey.user(listed.get(0)));
        document.put("export", journey.export());
        document.put("throttled", journey.throttled());
        var unknown = journey.first("codes=unknown");
        document.put("unknownCode", members(
                "jobStatus", unknown.getJobStatus(), "managementMode", unknown.getManagementMode()));
        var empty = journey.first("members=null");
        document.put("nullMember", members(
                "id", empty.getId(), "organization", empty.getOrganization(), "tenants", empty.getTenants()));
        System.out.println(JSON.writeValueAsString(document));
        // The clients' threads would go on.
        System.exit(0);
    }

    private <A> A api(Class<A> kind) throws Exception {
        return Library.api(kind, variable("BASE_URL"), tokens);
    }

    private static String variable(String name) {
        var value = System.getenv("AVEPOINT_" + name);
        if (value == null) {
            throw new IllegalStateException("AVEPOINT_" + name + " is missing: the journey needs it");
        }
        return value;
    }

    private static Tokens tokens(Tokens.Proof proof) {
        return new Tokens(variable("IDENTITY_URL"), SCOPES, proof);
    }

    private static List<String> sorted(List<String> scopes) {
        return scopes.stream().sorted().toList();
    }

    /** Lists all customers. */
    private Map<String, Object> customers(List<ElementsV3Customer> all) throws ApiException {
        var pages = 0;
        int total;
        do {
            pages++;
            var page = customers.elementsV3ListCustomers(new ElementsV3ListCustomersRequest(), pages, 100);
            all.addAll(page.getData());
            total = page.getMetadata().getTotalCount();
        } while (all.size() < total);
        return Map.of(
                "count", all.size(),
                "pages", pages,
                "first", all.get(0).getOrganization(),
                "last", all.get(all.size() - 1).getOrganization(),
                "byManagementMode", tally(all.stream().map(ElementsV3Customer::getManagementMode)));
    }

    private static Map<String, Long> tally(Stream<?> codes) {
        return codes.collect(Collectors.groupingBy(Object::toString, Collectors.counting()));
    }

    private Map<String, Object> jobs(List<ElementsV3Customer> customers) throws Exception {
        var jobs = api(ElementsLegacyJobsApi.class);
        var calls = new ArrayList<Callable<List<ElementsLegacyBackupJob>>>();
        for (var customer : customers.subList(0, 40)) {
            calls.add(() -> jobs.elementsLegacyListBackupJobs(customer.getId()).getValue());
        }
        var ended = new ArrayList<ElementsLegacyBackupJob>();
        for (var call : Executors.newFixedThreadPool(8).invokeAll(calls)) {
            call.get().stream().filter(job -> job.getEndTime().compareTo(BEGINNING) < 0).forEach(ended::add);
        }
        var states = tally(ended.stream().map(ElementsLegacyBackupJob::getStatus));
        return Map.of("customers", calls.size(), "jobs", ended.size(), "byState", states);
    }

    private Map<String, Object> user(ElementsV3Customer customer) throws Exception {
        var users = api(ElementsV3UsersApi.class);
        var tenant = customer.getTenants().get(0).getId();
        var user = users.elementsV3ListUsers(customer.getId(), tenant, new ElementsV3ListUsersRequest(), null, 1)
                .getData().get(0);
        var update = new ElementsV3UpdateUserGeneralRequest()
                .firstName(user.getFirstName())
                .lastName(user.getLastName())
                .displayName("Journey")
                .jobTitle(user.getJobTitle())
                .employeeId(user.getEmployeeId());
        users.elementsV3UpdateUserGeneral(customer.getId(), tenant, user.getId(), update);
        var read = users.elementsV3GetUser(customer.getId(), tenant, user.getId());
        return members("id", user.getId(), "before", user.getDisplayName(), "after", read.getDisplayName());
    }

    private Map<String, Object> export() throws Exception {
        var sites = api(InsightsSitesApi.class);
        var overviews = sites.insightsListSiteOverviews(new InsightsListSiteOverviewsRequest().pageSize(3)).getValues();
        var urls = overviews.stream().map(site -> URI.create(site.getSiteUrl())).toList();
        var job = sites.insightsExportSitePermissions(urls).getJobId();
        var exports = api(InsightsExportJobsApi.class);
        Integer status;
        do {
            control("time", Map.of("advanceSeconds", 60));
            status = exports.insightsGetExportJobStatus(job).getJobStatus();
        } while (status == 1);
        return Map.of("status", status, "files", files(exports.insightsDownloadExportJobFile(job)));
    }

    /** The files in the ZIP by their names; of each, which is a ZIP too, the part with the texts. */
    private static List<Object> files(File archive) throws Exception {
        var files = new TreeMap<String, Object>();
        try (var zip = new ZipFile(archive)) {
            for (var entry : zip.stream().toList()) {
                var texts = texts(zip.getInputStream(entry));
                var sum = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(texts));
                files.put(entry.getName(), Map.of("name", entry.getName(), "bytes", texts.length, "sha256", sum));
            }
        }
        return List.copyOf(files.values());
    }

    private static byte[] texts(InputStream workbook) throws IOException {
        try (var zip = new ZipInputStream(workbook)) {
            for (var part = zip.getNextEntry(); part != null; part = zip.getNextEntry()) {
                if (part.getName().equals("xl/sharedStrings.xml")) {
                    return zip.readAllBytes();
                }
            }
        }
        throw new IOException("a workbook has no texts");
    }

    private Map<String, Object> throttled() throws Exception {
        control("faults", Map.of("next", List.of("status=429,retry-after=1")));
        try {
            firstPage();
        } catch (ApiException e) {
            var error = (ElementsV3ErrorBody) Library.read(e.getResponseBody(), ElementsV3ErrorBody.class);
            var retryAfter = Library.header(e, "retry-after");
            Thread.sleep(Integer.parseInt(retryAfter) * 1000L);
            return Map.of("status", e.getCode(), "retryAfter", retryAfter, "message", error.getMessage(),
                    "then", firstPage().size());
        }
        throw new IllegalStateException("the call was not refused");
    }

    private List<ElementsV3Customer> firstPage() throws ApiException {
        return customers.elementsV3ListCustomers(new ElementsV3ListCustomersRequest(), null, 1).getData();
    }

    /** The first customer of an answer that has met a fault. */
    private ElementsV3Customer first(String fault) throws Exception {
        control("faults", Map.of("next", List.of(fault)));
        return firstPage().get(0);
    }

    /** Tells the sandbox what is to happen next. */
    private static void control(String what, Object body) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(variable("BASE_URL") + "/_sandbox/" + what))
                .POST(HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(body)));
        var status = HTTP.send(request.build(), HttpResponse.BodyHandlers.discarding()).statusCode();
        if (status != 200) {
            throw new IOException("the sandbox refused: " + status);
        }
    }

    /** A map of these names and values, any of which may be null. */
    private static Map<String, Object> members(Object... namesAndValues) {
        var members = new LinkedHashMap<String, Object>();
        for (var i = 0; i < namesAndValues.length; i += 2) {
            members.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return members;
    }
}
