import client.ApiClient;
import client.ApiException;
import client.JSON;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.lang.reflect.Type;
import java.util.function.Supplier;

/** The client of the library {@code native}: Java's own HTTP client, and Jackson. */
class Library {
    /** What follows the name of an operation in that of its method. */
    static final String SUFFIX = "";

    /** The package of the models. */
    static final String MODELS = "client.model.";

    private static final ObjectMapper MAPPER = new JSON().getMapper();

    static <A> A api(Class<A> kind, String url, Supplier<String> token) throws ReflectiveOperationException {
        var client = new ApiClient();
        client.updateBaseUri(url);
        client.setRequestInterceptor(request -> request.header("Authorization", "Bearer " + token.get()));
        return kind.getConstructor(ApiClient.class).newInstance(client);
    }

    static Object read(String json, Type type) throws Exception {
        return MAPPER.readValue(json, MAPPER.constructType(type));
    }

    static String write(Object value) throws Exception {
        return MAPPER.writeValueAsString(value);
    }

    /** What a method returned, as the answer. */
    static Object answer(Object returned) {
        return returned;
    }

    /** The body of the answer with this status, if the client took it for a failure. */
    static String failure(Object outcome, int status) {
        return outcome instanceof ApiException e && e.getCode() == status ? e.getResponseBody() : null;
    }

    /** A header of the answer, by its name in lower case. */
    static String header(ApiException exception, String name) {
        return exception.getResponseHeaders().firstValue(name).orElse(null);
    }
}
