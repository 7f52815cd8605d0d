import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Access tokens for some scopes, by a secret or by a certificate; each is kept until a minute before its end. */
class Tokens implements Supplier<String> {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Base64.Encoder BASE64_URL = Base64.getUrlEncoder().withoutPadding();

    /** Adds to the form and the headers of a request what proves who asks. */
    interface Proof {
        void add(Map<String, String> form, HttpRequest.Builder request) throws GeneralSecurityException, IOException;
    }

    private final HttpClient http = HttpClient.newHttpClient();
    private final URI endpoint;
    private final List<String> scopes;
    private final Proof proof;
    private JsonNode token;
    private Instant end = Instant.MIN;

    Tokens(String identityUrl, List<String> scopes, Proof proof) {
        this.endpoint = URI.create(identityUrl + "/connect/token");
        // A sandbox on this machine speaks plain HTTP; nothing else may.
        var here = List.of("127.0.0.1", "[::1]", "localhost").contains(String.valueOf(endpoint.getHost()));
        if (!"https".equals(endpoint.getScheme()) && !here) {
            throw new IllegalArgumentException("no token from " + identityUrl + ": it is not https");
        }
        this.scopes = scopes;
        this.proof = proof;
    }

    static Proof bySecret(String client, String secret) {
        var pair = (encoded(client) + ":" + encoded(secret)).getBytes(StandardCharsets.UTF_8);
        return (form, request) -> request.header("Authorization", "Basic " + Base64.getEncoder().encodeToString(pair));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    /** The file is PEM, and has the certificate and its key (PKCS#8, without a password). */
    static Proof byCertificate(String client, Path file) throws GeneralSecurityException, IOException {
        var thumbprint = MessageDigest.getInstance("SHA-1").digest(part(file, "CERTIFICATE"));
        var key = KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(part(file, "PRIVATE KEY")));
        var header = Map.of("alg", "RS256", "typ", "JWT", "x5t", BASE64_URL.encodeToString(thumbprint));
        return (form, request) -> {
            var now = Instant.now().getEpochSecond();
            var endpoint = request.copy().build().uri().toString();
            var claims = Map.of("iss", client, "sub", client, "aud", endpoint, "iat", now, "nbf", now,
                    "exp", now + 300, "jti", UUID.randomUUID().toString());
            form.put("client_id", client);
            form.put("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
            form.put("client_assertion", signed(header, claims, key));
        };
    }

    private static byte[] part(Path file, String name) throws IOException {
        var begin = "-----BEGIN " + name + "-----";
        var text = Files.readString(file);
        var start = text.indexOf(begin);
        var stop = text.indexOf("-----END " + name + "-----");
        if (start < 0 || stop < 0) {
            throw new IOException(file + " has no " + begin);
        }
        return Base64.getMimeDecoder().decode(text.substring(start + begin.length(), stop));
    }

    private static String signed(Map<String, ?> header, Map<String, ?> claims, PrivateKey key)
            throws GeneralSecurityException, IOException {
        var content = BASE64_URL.encodeToString(JSON.writeValueAsBytes(header)) + "."
                + BASE64_URL.encodeToString(JSON.writeValueAsBytes(claims));
        var signature = Signature.getInstance("SHA256withRSA");
        signature.initSign(key);
        signature.update(content.getBytes(StandardCharsets.US_ASCII));
        return content + "." + BASE64_URL.encodeToString(signature.sign());
    }

    /** The access token. */
    @Override
    public String get() {
        return token().get("access_token").asText();
    }

    /** The scopes that the token has. */
    List<String> granted() {
        return List.of(token().get("scope").asText().split(" "));
    }

    private synchronized JsonNode token() {
        if (Instant.now().isAfter(end)) {
            try {
                token = ask();
            } catch (GeneralSecurityException | IOException | InterruptedException e) {
                throw new IllegalStateException("no token from " + endpoint, e);
            }
            end = Instant.now().plusSeconds(token.get("expires_in").asLong() - 60);
        }
        return token;
    }

    private JsonNode ask() throws GeneralSecurityException, IOException, InterruptedException {
        var request = HttpRequest.newBuilder(endpoint).timeout(Duration.ofSeconds(30));
        var form = new TreeMap<String, String>();
        form.put("grant_type", "client_credentials");
        form.put("scope", String.join(" ", scopes));
        proof.add(form, request);
        var body = form.entrySet().stream()
                .map(field -> field.getKey() + "=" + encoded(field.getValue()))
                .collect(Collectors.joining("&"));
        request.header("Content-Type", "application/x-www-form-urlencoded");
        request.POST(HttpRequest.BodyPublishers.ofString(body));
        var answer = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new IOException(answer.statusCode() + ": " + answer.body());
        }
        return JSON.readTree(answer.body());
    }
}
