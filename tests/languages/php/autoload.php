<?php
// Finds the classes of the client, which is in the folder client, and those of Guzzle, where Debian puts them. With
// Composer, vendor/autoload.php finds both, and only the last lines are needed.

require 'GuzzleHttp/autoload.php';
spl_autoload_register(function (string $class): void {
    $file = __DIR__ . '/client/lib/' . str_replace(['OpenAPI\\Client\\', '\\'], ['', '/'], $class) . '.php';
    if (str_starts_with($class, 'OpenAPI\\Client\\') && is_file($file)) {
        require $file;
    }
});

// The generator forgets the separators in the types of lists whose entries may be null.
spl_autoload_register(function (string $class): void {
    if (preg_match('/^OpenAPIClientModel(\w+)$/', $class, $match)) {
        class_alias("OpenAPI\\Client\\Model\\$match[1]", $class);
    }
});
