import client.ApiClient;
import client.ApiException;
import client.JSON;
import com.google.gson.reflect.TypeToken;
import java.lang.reflect.Type;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.function.Supplier;
import okhttp3.OkHttpClient;

/** The client of the library {@code okhttp-gson}. */
class Library {
    /** What follows the name of an operation in that of its method. */
    static final String SUFFIX = "";

    /** The package of the models. */
    static final String MODELS = "client.model.";

    static {
        // Gson without the adapters of the models, which refuse an unknown member, and an entry of a list that is null.
        var times = new JSON.OffsetDateTimeTypeAdapter();
        JSON.setGson(JSON.createGson().registerTypeAdapter(OffsetDateTime.class, times).create());
    }

    static <A> A api(Class<A> kind, String url, Supplier<String> token) throws ReflectiveOperationException {
        var http = new OkHttpClient.Builder().addInterceptor(chain -> chain.proceed(
                chain.request().newBuilder().header("Authorization", "Bearer " + token.get()).build()));
        var client = new ApiClient(http.build()).setBasePath(url);
        return kind.getConstructor(ApiClient.class).newInstance(client);
    }

    static Object read(String json, Type type) throws Exception {
        return JSON.getGson().fromJson(json, TypeToken.get(type));
    }

    static String write(Object value) throws Exception {
        return JSON.getGson().toJson(value);
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
        return String.join(", ", exception.getResponseHeaders().getOrDefault(name, List.of()));
    }
}
