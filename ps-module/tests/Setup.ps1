# Shared by the Pester files: a fresh module, and the stand-in agent with its log.
Set-StrictMode -Version Latest
Import-Module (Join-Path $PSScriptRoot '../ErrorAgent/ErrorAgent.psd1') -Force
$python = if ($env:AGENT_TEST_PYTHON) { $env:AGENT_TEST_PYTHON } else { (Get-Command python3, python -CommandType Application -ErrorAction Ignore | Select-Object -First 1).Path }
$folder = Join-Path ([IO.Path]::GetTempPath()) "agent test $([guid]::NewGuid())"
$null = New-Item -ItemType Directory -Path $folder
$standIn = Join-Path $folder 'stand in.py'
Copy-Item (Join-Path $PSScriptRoot 'stand_in_agent.py') $standIn
$env:AGENT_COMMAND = "`"$python`" `"$standIn`""
$env:STAND_IN_LOG = Join-Path $folder 'log'
function Read-Report {
    if (-not (Test-Path -LiteralPath $env:STAND_IN_LOG)) { return }
    Get-Content -LiteralPath $env:STAND_IN_LOG | Where-Object { $_ } | ForEach-Object { $_ | ConvertFrom-Json }
}
function Reset-StandIn {
    $env:STAND_IN = ''
    Remove-Item -Path "$env:STAND_IN_LOG*" -ErrorAction Ignore
    $global:Error.Clear()
}
