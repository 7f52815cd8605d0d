import io.swagger.parser.OpenAPIParser;
import io.swagger.v3.parser.core.models.ParseOptions;

/** Reads each document as openapi-generator does. Any message fails, also one that is no error to the parser. */
class SwaggerParser {
    public static void main(String[] documents) {
        var options = new ParseOptions();
        options.setResolve(true);
        var silent = true;
        for (var document : documents) {
            var result = new OpenAPIParser().readLocation(document, null, options);
            var messages = result.getMessages();
            if (result.getOpenAPI() == null || !messages.isEmpty()) {
                silent = false;
                System.out.println(document + ": " + messages);
            }
        }
        System.exit(silent ? 0 : 1);
    }
}
