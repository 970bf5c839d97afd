function Get-AgentHttp {
    # What the request and the answer say without their bodies: status, allowed headers, method, address, claims of the token.
    param([object] $Target, [object[]] $Exceptions)
    $http = [ordered] @{}; $claims = $null; $request = $null; $response = $null
    if ($null -ne $Target -and $Target.GetType().FullName -eq 'System.Net.Http.HttpRequestMessage') { $request = $Target }
    foreach ($exception in $Exceptions) {
        if ($null -eq $response) { $response = Get-AgentProperty $exception 'Response' }
        if ($null -eq $request) {
            foreach ($name in 'RequestMessage', 'Request') {
                $value = Get-AgentProperty $exception $name
                if ($null -ne $value -and $value.GetType().FullName -eq 'System.Net.Http.HttpRequestMessage') { $request = $value }
            }
        }
        foreach ($name in 'StatusCode', 'ResponseStatusCode') {
            $value = Get-AgentProperty $exception $name
            if ($null -ne $value -and -not $http.Contains('status')) { try { $http['status'] = [int] $value } catch { continue } }
        }
    }
    if ($null -ne $response) {
        $value = Get-AgentProperty $response 'StatusCode'
        if ($null -ne $value) { try { $http['status'] = [int] $value } catch { $value = $null } }
        $headers = Get-AgentHeader (Get-AgentProperty $response 'Headers')
        if ($headers.Count) { $http['headers'] = $headers }
        if ($null -eq $request) {
            $value = Get-AgentProperty $response 'RequestMessage'
            if ($null -ne $value -and $value.GetType().FullName -eq 'System.Net.Http.HttpRequestMessage') { $request = $value }
            $uri = Get-AgentProperty $response 'ResponseUri'
            if ($uri -is [uri]) { $http['url'] = Protect-AgentText $uri.GetLeftPart([UriPartial]::Path) 2000 }
        }
    }
    if ($null -ne $request) {
        $method = Get-AgentProperty $request 'Method'
        if ($null -ne $method) { $http['method'] = Protect-AgentText $method 20 }
        $uri = Get-AgentProperty $request 'RequestUri'
        if ($uri -is [uri] -and $uri.IsAbsoluteUri) { $http['url'] = Protect-AgentText $uri.GetLeftPart([UriPartial]::Path) 2000 }
        $sent = Get-AgentProperty (Get-AgentProperty $request 'Headers') 'Authorization'
        if ($null -ne $sent) { $claims = Read-AgentClaim ([string] (Get-AgentProperty $sent 'Parameter')) }
    }
    @{ Http = $http; Claims = $claims }
}

function Get-AgentHeader {
    param([object] $Headers)
    $out = [ordered] @{}
    if ($null -eq $Headers) { return $out }
    try {
        $pairs = if ($Headers -is [Collections.Specialized.NameValueCollection]) {
            foreach ($name in $Headers.AllKeys) { @{ Key = $name; Value = $Headers[$name] } }
        }
        else { foreach ($pair in $Headers.GetEnumerator()) { @{ Key = $pair.Key; Value = (@($pair.Value) -join ', ') } } }
        foreach ($pair in $pairs) {
            if (Test-AgentName $pair.Key $script:Allow.Headers) { $out[[string] $pair.Key] = Protect-AgentText $pair.Value 2000 }
        }
    }
    catch { return $out }
    $out
}

function Test-AgentName {
    # Is the name on the list? Entries may hold wildcards.
    param([string] $Name, [string[]] $List)
    foreach ($entry in $List) { if ($Name -like $entry) { return $true } }
    $false
}
