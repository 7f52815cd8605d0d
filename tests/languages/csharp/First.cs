using System.Net;
using AvePoint;
using AvePoint.Api;
using AvePoint.Client;
using AvePoint.Extensions;
using AvePoint.Model;
using Microsoft.Extensions.DependencyInjection;

var tokens = new Tokens(
    new HttpClient(), Variable("IDENTITY_URL"), Variable("CLIENT_ID"), "elements.customers.read.all")
{
    Secret = Variable("CLIENT_SECRET"),
    // or Certificate = X509Certificate2.CreateFromPemFile("app.pem"), which has the certificate and its key
};
var services = new ServiceCollection().AddLogging();
services.AddSingleton<TokenProvider<OAuthToken>>(new Provider(tokens));
services.AddApi(options => options.AddApiHttpClients((HttpClient http) => http.BaseAddress = new Uri(Variable("BASE_URL"))));
using var provider = services.BuildServiceProvider();
var api = provider.GetRequiredService<IElementsV3CustomersApi>();

for (int index = 1, came = 0; ; index++)
{
    var page = await Page(index);
    var customers = page.Data ?? [];
    foreach (var customer in customers)
    {
        Console.WriteLine(customer?.Organization);
    }
    came += customers.Count;
    if (customers.Count == 0 || came >= page.Metadata?.TotalCount)
    {
        break;
    }
}

async Task<ElementsV3CustomerPage> Page(int index)
{
    while (true)
    {
        var answer = await api.ElementsV3ListCustomersAsync(new ElementsV3ListCustomersRequest(), index, 100);
        if (answer.TryOk(out var page))
        {
            return page;
        }
        if (answer.StatusCode != HttpStatusCode.TooManyRequests)
        {
            throw new HttpRequestException($"{(int)answer.StatusCode}: {answer.RawContent}");
        }
        await Task.Delay(answer.Headers.RetryAfter?.Delta ?? TimeSpan.FromSeconds(10));
    }
}

static string Variable(string name) =>
    Environment.GetEnvironmentVariable($"AVEPOINT_{name}") ?? throw new InvalidOperationException($"AVEPOINT_{name} is missing.");

/// <summary>Gives the client the token for each call.</summary>
sealed class Provider(Tokens tokens) : TokenProvider<OAuthToken>
{
    protected override async ValueTask<OAuthToken> GetAsync(string header = "", CancellationToken cancellation = default) =>
        new(await tokens.GetAsync(cancellation));
}
