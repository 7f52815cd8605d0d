<?php
// Calls every operation of a generated client, over a socket, and says what came through.
//
// It reads cases from standard input and writes one result for each: tests/languages/cases.py describes both.

require __DIR__ . '/autoload.php';

use OpenAPI\Client\ApiException;
use OpenAPI\Client\Configuration;
use OpenAPI\Client\ObjectSerializer;

// A name without what distinguishes the conventions of languages.
function plain(string $name): string
{
    return preg_replace('/[^a-z0-9]/', '', strtolower($name));
}

// The methods that make a call, by their plain names.
function operations(): array
{
    $operations = [];
    foreach (glob(__DIR__ . '/client/lib/Api/*.php') as $file) {
        $class = 'OpenAPI\\Client\\Api\\' . basename($file, '.php');
        foreach ((new ReflectionClass($class))->getMethods(ReflectionMethod::IS_PUBLIC) as $method) {
            $operations[plain($method->name)] = $method;
        }
    }
    return $operations;
}

// The body as the model that the method's comment names.
function model(ReflectionMethod $method, string $parameter, mixed $body): object
{
    preg_match('/@param +([\w\\\\]+)(?:\|null)? \$' . $parameter . ' /', $method->getDocComment(), $match);
    return ObjectSerializer::deserialize($body, $match[1]);
}

function call(array $operations, object $case): mixed
{
    $method = $operations[plain($case->operation)] ?? throw new LogicException("the client has no method $case->operation");
    $parameters = [];
    foreach ($case->parameters as $parameter) {
        $parameters[plain($parameter->name)] = $parameter;
    }
    $arguments = [];
    foreach ($method->getParameters() as $argument) {
        $parameter = $parameters[plain($argument->name)] ?? null;
        // What is no parameter is the body, or one that all methods have.
        if (!$parameter && isset($case->body) && $argument->name !== 'contentType') {
            $arguments[$argument->name] = model($method, $argument->name, $case->body);
        } elseif (isset($parameter->value)) {
            $arguments[$argument->name] = $parameter->value;
        }
    }
    try {
        $answer = $method->invokeArgs(new $method->class(), $arguments);
    } catch (ApiException $failure) {
        $answer = $failure->getResponseObject();
        // An answer without a body, to a request, is refused where the document has one.
        if ($failure->getCode() !== $case->status || $case->side === 'answer' && $answer === null) {
            throw $failure;
        }
    }
    return $answer instanceof SplFileObject
        ? file_get_contents($answer->getPathname())
        : ObjectSerializer::sanitizeForSerialization($answer);
}

$socket = stream_socket_server('tcp://127.0.0.1:0');
$address = stream_socket_get_name($socket, false);
fclose($socket);
$file = tempnam(sys_get_temp_dir(), 'case');
$server = proc_open([PHP_BINARY, '-S', $address, __DIR__ . '/service.php'], [2 => ['file', '/dev/null', 'w']], $pipes, null, ['CASE' => $file] + getenv());
for ($tries = 0; $tries < 100 && !($socket = @stream_socket_client("tcp://$address")); $tries++) {
    usleep(50_000);
}
fclose($socket);
$configuration = Configuration::getDefaultConfiguration();
$configuration->setHost("http://$address");
$configuration->setBooleanFormatForQueryString(Configuration::BOOLEAN_FORMAT_STRING);
$operations = operations();
while (($line = fgets(STDIN)) !== false) {
    file_put_contents($file, $line);
    try {
        $case = json_decode($line);
        $value = call($operations, $case);
        $received = json_decode(file_get_contents("$file.received"));
        $result = ['value' => $case->side === 'request' ? json_decode($received->body) : $value, 'target' => $received->target];
    } catch (Throwable $error) { // Whatever it is, it is what a caller would see.
        $result = ['error' => $error::class . ": {$error->getMessage()}"];
    }
    echo json_encode($result), "\n";
}
proc_terminate($server);
unlink($file);
unlink("$file.received");
