import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Calls every operation of a generated client, over a socket, and says what came through.
 *
 * <p>It reads cases from standard input and writes one result for each: tests/languages/cases.py describes both. {@code
 * Library}, beside the client, does what each library does in its own way. The argument is the folder of the classes.
 */
class Carry {
    private static final ObjectMapper JSON = new ObjectMapper();

    private static volatile JsonNode current;
    private static volatile byte[] received;
    private static volatile String target;

    /** An operation: the API that has it, and its method. */
    record Operation(Object api, Method method) {}

    public static void main(String[] arguments) throws Exception {
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", Carry::answer);
        server.start();
        var operations = operations(Path.of(arguments[0]), "http://127.0.0.1:" + server.getAddress().getPort());
        var input = new BufferedReader(new InputStreamReader(System.in, "UTF-8"));
        var output = new PrintStream(System.out, true, "UTF-8");
        for (String line; (line = input.readLine()) != null; ) {
            current = JSON.readTree(line);
            received = new byte[0];
            var result = JSON.createObjectNode();
            try {
                result.set("value", run(operations));
                result.put("target", target);
            } catch (Exception | LinkageError e) { // Whatever it is, it is what a caller would see.
                result.put("error", e.toString());
            }
            output.println(result);
        }
        // The clients' threads would go on.
        System.exit(0);
    }

    private static void answer(HttpExchange exchange) throws IOException {
        received = exchange.getRequestBody().readAllBytes();
        target = exchange.getRequestMethod() + " " + exchange.getRequestURI();
        try (exchange) {
            if (current.get("side").asText().equals("request")) {
                exchange.sendResponseHeaders(204, -1);
                return;
            }
            var answer = current.get("answer");
            var media = current.get("media").asText();
            var bytes = (media.equals("application/json") ? answer.toString() : answer.asText()).getBytes("UTF-8");
            exchange.getResponseHeaders().set("Content-Type", media);
            exchange.sendResponseHeaders(current.get("status").asInt(), bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    /** The methods that make a call, by their plain names; where several have one name, that with the fewest parameters. */
    private static Map<String, Operation> operations(Path classes, String url) throws Exception {
        var operations = new HashMap<String, Operation>();
        List<Path> files;
        try (Stream<Path> found = Files.walk(classes.resolve("client"))) {
            files = found.filter(file -> file.toString().endsWith("Api.class")).toList();
        }
        for (var file : files) {
            var name = classes.relativize(file).toString().replace(".class", "").replace(File.separatorChar, '.');
            var kind = Class.forName(name);
            var api = Library.api(kind, url, () -> "token");
            var methods = Stream.of(kind.getMethods()).sorted(Comparator.comparing(Method::getParameterCount));
            methods.forEach(method -> operations.putIfAbsent(plain(method.getName()), new Operation(api, method)));
        }
        return operations;
    }

    /** A name without what distinguishes the conventions of languages. */
    private static String plain(String name) {
        return name.replaceAll("[^A-Za-z0-9]", "").toLowerCase(Locale.ROOT);
    }

    private static JsonNode run(Map<String, Operation> operations) throws Exception {
        var name = current.get("operation").asText();
        var operation = operations.get(plain(name + Library.SUFFIX));
        if (operation == null) {
            throw new NoSuchMethodException("the client has no method " + name);
        }
        Object outcome;
        try {
            outcome = operation.method.invoke(operation.api, arguments(operation.method));
        } catch (InvocationTargetException e) {
            outcome = e.getCause();
        }
        var failure = Library.failure(outcome, current.get("status").asInt());
        if (failure == null && outcome instanceof Throwable thrown) {
            throw new IllegalStateException(thrown);
        }
        var value = failure == null ? Library.answer(outcome) : Library.read(failure, failureOf(name));
        if (current.get("side").asText().equals("request")) {
            return received.length == 0 ? null : JSON.readTree(received);
        }
        if (value instanceof File file) {
            try {
                return JsonNodeFactory.instance.textNode(Files.readString(file.toPath()));
            } finally {
                file.delete();
            }
        }
        return JSON.readTree(Library.write(value));
    }

    private static Object[] arguments(Method method) throws Exception {
        var settings = new HashMap<String, JsonNode>();
        for (var parameter : current.get("parameters")) {
            settings.put(plain(parameter.get("name").asText()), parameter.get("value"));
        }
        var parameters = method.getParameters();
        var arguments = new Object[parameters.length];
        for (var i = 0; i < parameters.length; i++) {
            var name = plain(parameters[i].getName());
            // What is no parameter is the body.
            var value = settings.containsKey(name) ? settings.get(name) : current.get("body");
            if (value != null) {
                arguments[i] = Library.read(value.toString(), parameters[i].getParameterizedType());
            }
        }
        return arguments;
    }

    /** The class for the failures of an operation: each API has one, behind the name of the API if there are several. */
    private static Class<?> failureOf(String operation) throws ClassNotFoundException {
        for (var end = operation.length(); end > 0; end--) {
            var api = operation.substring(0, 1).toUpperCase(Locale.ROOT) + operation.substring(1, end);
            try {
                return Class.forName(Library.MODELS + api + "ErrorBody");
            } catch (ClassNotFoundException e) {
                // The name of the API is shorter, or there is none.
            }
        }
        return Class.forName(Library.MODELS + "ErrorBody");
    }
}
