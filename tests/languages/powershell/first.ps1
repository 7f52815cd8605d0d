#Requires -Version 7.4
$ErrorActionPreference = 'Stop'
Import-Module "$PSScriptRoot/client/src/AvePoint/AvePoint.psm1"
. "$PSScriptRoot/Get-Token.ps1"

$token = Get-Token -Scopes 'elements.customers.read.all'
Set-Configuration -BaseUrl $env:AVEPOINT_BASE_URL -DefaultHeaders @{ Authorization = "Bearer $token" }

function Get-Page([int] $Index) {
    while ($true) {
        try {
            $page = Invoke-ElementsV3ListCustomers ([PSCustomObject]@{}) -PageIndex $Index -PageSize 100
            return $page
        } catch [Microsoft.PowerShell.Commands.HttpResponseException] {
            $answer = $_.Exception.Response
            if ($answer.StatusCode -ne 429) { throw }
            $wait = $answer.Headers.RetryAfter.Delta.TotalSeconds
            if (-not $wait) { $wait = 10 }
            Start-Sleep -Seconds $wait
        }
    }
}

$came = 0
for ($index = 1; ; $index++) {
    $page = Get-Page $index
    $page.data | ForEach-Object { $_.organization }
    $came += $page.data.Count
    if (-not $page.data -or $came -ge $page.metadata.totalCount) { break }
}
