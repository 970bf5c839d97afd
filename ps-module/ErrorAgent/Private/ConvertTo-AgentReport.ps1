function ConvertTo-AgentReport {
    # The error report, schema 1, built property by property: what is not named here is never read.
    param([object] $InputObject, [Management.Automation.SessionState] $Session, [object] $Native)
    $report = [ordered] @{
        schema = 1
        source = [ordered] @{ name = 'ErrorAgent'; version = [string] $MyInvocation.MyCommand.Module.Version }
        time   = [DateTime]::UtcNow.ToString('yyyy-MM-ddTHH:mm:ss.fffZ', [Globalization.CultureInfo]::InvariantCulture)
    }
    $record = Get-AgentRecord $InputObject
    $asked = ''
    $call = if ($null -ne $record) { $record.InvocationInfo }
    $script:Hidden = if ($call) { @(Find-AgentSecret ([string] $call.Line)) + @(Find-AgentSecret (Get-AgentStatement $call)) } else { @() }
    if ($null -ne $record) { $asked = Add-AgentRecord $report $record $Session }
    elseif ($InputObject -is [Exception]) { Add-AgentExceptions $report @(Get-AgentException $InputObject) $null }
    elseif ($null -ne $InputObject) {
        $claims = Read-AgentClaim ([string] $InputObject)
        if ($claims) { $report['token'] = $claims }
        $report['text'] = Protect-AgentText $InputObject 200000
    }
    if ($Native) {
        $name = Get-AgentNativePart $Native 'Program'
        $words = Get-AgentNativePart $Native 'Stderr'
        $program = if ($name) { Protect-AgentText $name 200 } else { 'A native program' }
        $report['native'] = [ordered] @{ exit_code = [int] $Native.ExitCode }
        if ($words) { $report['native']['stderr'] = Protect-AgentText $words 20000 }
        $claims = if ($words) { Read-AgentClaim $words }
        if ($claims -and -not $report.Contains('token')) { $report['token'] = $claims }
        if ($null -eq $InputObject) { $report['text'] = "$program ended with exit code $([int] $Native.ExitCode)." }
    }
    $facts = Get-AgentSession $asked
    foreach ($key in $facts.Keys) { $report[$key] = $facts[$key] }
    $report
}

function Get-AgentNativePart {
    # A part of what is known of a native failure, or nothing.
    param([object] $Native, [string] $Name)
    if ($Native -is [Collections.IDictionary]) { return $Native[$Name] }
    Get-AgentProperty $Native $Name
}

function Get-AgentRecord {
    # The error record in the input: itself, the one an exception carries, or the one a stopped command carries.
    param([object] $InputObject)
    if ($InputObject -is [Management.Automation.ErrorRecord]) {
        $inner = if ($InputObject.Exception -is [Management.Automation.ActionPreferenceStopException]) { $InputObject.Exception.ErrorRecord }
        if ($inner) { return $inner }
        return $InputObject
    }
    if ($InputObject -is [Exception]) {
        $record = Get-AgentProperty $InputObject 'ErrorRecord'
        if ($record -is [Management.Automation.ErrorRecord]) { return $record }
    }
}

function Add-AgentExceptions {
    param([Collections.IDictionary] $Report, [object[]] $Exceptions, [object] $Target)
    $rows = foreach ($exception in @($Exceptions | ForEach-Object { $_ })) {
        $row = [ordered] @{ type = $exception.GetType().FullName; message = Protect-AgentText (Get-AgentProperty $exception 'Message') }
        $remote = Get-AgentProperty (Get-AgentProperty $exception 'SerializedRemoteException') 'PSTypeNames'
        if ($remote) { $row['type'] = ([string] @($remote)[0]) -replace '^Deserialized\.', '' }
        $number = Get-AgentProperty $exception 'HResult'
        if ($number -is [int]) { $row['hresult'] = '0x{0:X8}' -f $number }
        $code = Get-AgentProperty $exception 'ErrorCode'
        if ($code -is [string] -or $code -is [int]) { $row['error_code'] = Protect-AgentText $code 200 }
        $claims = Read-AgentClaim ([string] (Get-AgentProperty $exception 'Message'))
        if ($claims -and -not $Report.Contains('token')) { $Report['token'] = $claims }
        $row
    }
    $Report['exceptions'] = @($rows)
    $found = Get-AgentHttp $Target $Exceptions
    if ($found.Http.Count) { $Report['http'] = $found.Http }
    if ($found.Claims) { $Report['token'] = $found.Claims }
}

function Add-AgentRecord {
    # Fills the report from a record; the answer is the environment named by the command, if any.
    param([Collections.IDictionary] $Report, [Management.Automation.ErrorRecord] $Record, [Management.Automation.SessionState] $Session)
    Add-AgentExceptions $Report (Get-AgentException $Record.Exception) $Record.TargetObject
    $Report['error_id'] = Protect-AgentText $Record.FullyQualifiedErrorId 1000
    $category = $Record.CategoryInfo
    # A request's own text is its whole head, query and all; its parts are in http.
    $target = if ($category.TargetType -like 'Http*Message') { '' } else { $category.TargetName }
    $Report['category'] = [ordered] @{
        category = [string] $category.Category; activity = Protect-AgentText $category.Activity 200
        reason = Protect-AgentText $category.Reason 200; target_name = Protect-AgentText $target 300
        target_type = Protect-AgentText $category.TargetType 200
    }
    $details = $Record.ErrorDetails
    if ($details) {
        $Report['details'] = [ordered] @{
            message = Protect-AgentText $details.Message; recommended_action = Protect-AgentText $details.RecommendedAction 1000
        }
    }
    $Report['script_stack'] = Protect-AgentText $Record.ScriptStackTrace 4000
    $call = $Record.InvocationInfo
    $environment = ''
    if ($call) {
        $command = $call.MyCommand
        $name = if ($command) { [string] $command.Name } else { '' }
        if (-not $name) { $name = [string] $category.Activity }
        $parameters = Get-AgentParameter (Get-AgentStatement $call) $name $Session
        if ($parameters.Contains('Environment')) { $environment = $parameters['Environment'] }
        $about = [ordered] @{ name = Protect-AgentText $name 200; parameters = $parameters }
        if ($command) {
            $about['module'] = [string] $command.ModuleName
            $about['module_version'] = [string] (Get-AgentProperty $command 'Version')
        }
        $Report['command'] = $about
        $Report['position'] = [ordered] @{
            script = Protect-AgentText $call.ScriptName 500; line = $call.ScriptLineNumber; column = $call.OffsetInLine
        }
    }
    $environment
}

function Get-AgentStatement {
    # The whole failed statement where the record has it (7.4 and later), else its line.
    param([Management.Automation.InvocationInfo] $Call)
    $statement = Get-AgentProperty $Call 'Statement'
    if ($statement) { return [string] $statement }
    [string] $Call.Line
}
