using AvePoint;
using AvePoint.Models;
using Microsoft.Kiota.Abstractions.Authentication;
using Microsoft.Kiota.Http.HttpClientLibrary;

var tokens = new Tokens(
    new HttpClient(), Variable("IDENTITY_URL"), Variable("CLIENT_ID"), "elements.customers.read.all")
{
    Secret = Variable("CLIENT_SECRET"),
    // or Certificate = X509Certificate2.CreateFromPemFile("app.pem"), which has the certificate and its key
};
var baseUrl = Variable("BASE_URL");
var adapter = new HttpClientRequestAdapter(new BaseBearerTokenAuthenticationProvider(new Provider(tokens, new Uri(baseUrl).Host)))
{
    BaseUrl = baseUrl,
};
var client = new AvePointClient(adapter);

for (int index = 1, came = 0; ; index++)
{
    var page = await client.Partner.External.V3.General.Customers.Batch.PostAsync(
        new ElementsV3ListCustomersRequest(),
        request =>
        {
            request.QueryParameters.PageIndex = index;
            request.QueryParameters.PageSize = 100;
        });
    var customers = page?.Data ?? [];
    foreach (var customer in customers)
    {
        Console.WriteLine(customer?.Organization);
    }
    came += customers.Count;
    if (customers.Count == 0 || came >= page?.Metadata?.TotalCount)
    {
        break;
    }
}

static string Variable(string name) =>
    Environment.GetEnvironmentVariable($"AVEPOINT_{name}") ?? throw new InvalidOperationException($"AVEPOINT_{name} is missing.");

/// <summary>Gives the client the token for each call to its own host.</summary>
sealed class Provider(Tokens tokens, string host) : IAccessTokenProvider
{
    public AllowedHostsValidator AllowedHostsValidator { get; } = new([host]);

    public Task<string> GetAuthorizationTokenAsync(
        Uri uri, Dictionary<string, object>? additionalAuthenticationContext = null, CancellationToken cancellationToken = default) =>
        AllowedHostsValidator.IsUrlHostValid(uri) ? tokens.GetAsync(cancellationToken) : Task.FromResult("");
}
