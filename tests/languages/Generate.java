import java.nio.file.Path;
import java.util.ArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.openapitools.codegen.DefaultGenerator;
import org.openapitools.codegen.config.CodegenConfigurator;
import org.openapitools.codegen.config.GlobalSettings;

/**
 * Generates a client from each configuration, in one virtual machine: {@code java -cp JAR Generate.java CONFIG…}.
 * The tool's own command for that, {@code batch}, hides its warnings. Here each begins with the name of the thread, and
 * that is the name of the configuration's file.
 */
public class Generate {
    public static void main(String[] configs) throws Exception {
        var threads = Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
        var runs = new ArrayList<Future<?>>();
        for (var config : configs) {
            runs.add(threads.submit(() -> generate(Path.of(config))));
        }
        threads.shutdown();
        for (var run : runs) {
            run.get();
        }
    }

    private static void generate(Path config) {
        var name = config.getFileName().toString().replace(".json", "");
        Thread.currentThread().setName(name);
        // They belong to the thread.
        GlobalSettings.reset();
        try {
            var input = CodegenConfigurator.fromFile(config.toString()).toClientOptInput();
            if (new DefaultGenerator().opts(input).generate().isEmpty()) {
                throw new IllegalStateException("nothing was generated");
            }
        } catch (RuntimeException | StackOverflowError e) {
            throw new IllegalStateException("no client " + name, e);
        }
    }
}
