import client.infrastructure.ApiClient
import client.infrastructure.ClientError
import client.infrastructure.Serializer
import client.infrastructure.ServerError
import client.infrastructure.Success
import java.lang.reflect.Type
import java.util.function.Supplier
import okhttp3.Call

/** The client of the library `jvm-okhttp4`: OkHttp, here with Jackson. */
object Library {
    /** What follows the name of an operation in that of its method: the plain methods throw failures, and lose the body. */
    const val SUFFIX = "WithHttpInfo"

    /** The package of the models. */
    const val MODELS = "client.models."

    private val MAPPER = Serializer.jacksonObjectMapper

    @JvmStatic
    fun api(kind: Class<*>, url: String, token: Supplier<String>): Any {
        val constructor = kind.getConstructor(String::class.java, Call.Factory::class.java)
        val api = constructor.newInstance(url, ApiClient.defaultClient) as ApiClient
        api.accessTokenProvider = token::get
        return api
    }

    @JvmStatic
    fun read(json: String, type: Type): Any? = MAPPER.readValue<Any?>(json, MAPPER.constructType(type))

    @JvmStatic
    fun write(value: Any?): String = MAPPER.writeValueAsString(value)

    /** What a method returned, as the answer. */
    @JvmStatic
    fun answer(returned: Any?): Any? = (returned as Success<*>).data

    /** The body of the answer with this status, if the client took it for a failure. */
    @JvmStatic
    fun failure(outcome: Any?, status: Int): String? = when {
        outcome is ClientError<*> && outcome.statusCode == status -> outcome.body as? String
        outcome is ServerError<*> && outcome.statusCode == status -> outcome.body as? String
        else -> null
    }
}
