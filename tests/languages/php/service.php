<?php
// Keeps what it receives, and answers with what the case says: PHP's own server calls this for each request.

$case = json_decode(file_get_contents(getenv('CASE')));
$target = "$_SERVER[REQUEST_METHOD] $_SERVER[REQUEST_URI]";
$received = ['target' => $target, 'body' => file_get_contents('php://input')];
file_put_contents(getenv('CASE') . '.received', json_encode($received));
if ($case->side === 'request') {
    http_response_code(204);
    return;
}
http_response_code($case->status);
header("Content-Type: $case->media");
echo $case->media === 'application/json' ? json_encode($case->answer) : $case->answer;
