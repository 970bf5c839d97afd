# Test double of Microsoft.Graph.Authentication: commands, lookups and error records like the real module's, the real
# Azure.Identity below them, and the lab (LAB_AUTHORITY, LAB_GRAPH) as environment "Lab". Assemblies: AGENT_TEST_DOTNET_LIBS.

class HttpResponseException : Exception {
    [System.Net.Http.HttpResponseMessage] $Response
    HttpResponseException([string] $Message, [System.Net.Http.HttpResponseMessage] $Response) : base($Message) { $this.Response = $Response }
}

class AuthenticationException : Exception {
    AuthenticationException([string] $Message) : base($Message) { }
}

$script:Session = $null
$script:Loaded = $false
$script:Assemblies = @(
    'Microsoft.Bcl.AsyncInterfaces', 'System.Memory.Data', 'Microsoft.Extensions.DependencyInjection.Abstractions',
    'Microsoft.Extensions.Logging.Abstractions', 'System.ClientModel', 'Azure.Core', 'Microsoft.IdentityModel.Abstractions',
    'System.Security.Cryptography.ProtectedData', 'Microsoft.Identity.Client', 'Microsoft.Identity.Client.Extensions.Msal',
    'Azure.Identity'
)

function Initialize-Library {
    # Loads what the sign-in needs, as late as the real module does: whoever loaded another version first has won. An assembly
    # already in the session is left alone, so a clash shows where the libraries meet, not here.
    if ($script:Loaded) { return }
    $here = [AppDomain]::CurrentDomain.GetAssemblies() | ForEach-Object { $_.GetName().Name }
    foreach ($name in $script:Assemblies) {
        if ($name -in $here) { continue }
        $null = [System.Reflection.Assembly]::LoadFrom((Join-Path $env:AGENT_TEST_DOTNET_LIBS "$name.dll"))
    }
    $script:Loaded = $true
}

function Get-LibraryType {
    # As compiled code would meet it: a type whose libraries do not fit together raises the loader's own exception.
    param([string] $Library, [string] $Type)
    $assembly = [AppDomain]::CurrentDomain.GetAssemblies() | Where-Object { $_.GetName().Name -eq $Library } | Select-Object -Last 1
    $assembly.GetType("$Library.$Type", $true)
}

function Get-MgEnvironment {
    [CmdletBinding()]
    param([string] $Name)
    $all = @(
        [pscustomobject] @{ Name = 'Global'; AzureADEndpoint = 'https://login.microsoftonline.com'; GraphEndpoint = 'https://graph.microsoft.com'; Type = 'Built-in' }
        [pscustomobject] @{ Name = 'Lab'; AzureADEndpoint = $env:LAB_AUTHORITY; GraphEndpoint = $env:LAB_GRAPH; Type = 'User-defined' }
    )
    if ($Name) { $all | Where-Object Name -EQ $Name } else { $all }
}

function Get-MgContext {
    [CmdletBinding()]
    param()
    if ($script:Session) { $script:Session.Context }
}

function Disconnect-MgGraph {
    [CmdletBinding()]
    param()
    $context = Get-MgContext
    $script:Session = $null
    $context
}

function Find-Certificate {
    # CurrentUser, then LocalMachine; valid at this computer's own time; the newest start wins; the key is not looked at.
    param([string] $Thumbprint, [string] $Subject)
    $kind, $value = if ($Subject) { 'FindBySubjectDistinguishedName', $Subject } else { 'FindByThumbprint', $Thumbprint }
    foreach ($location in 'CurrentUser', 'LocalMachine') {
        $store = [System.Security.Cryptography.X509Certificates.X509Store]::new('My', $location)
        try {
            $store.Open('ReadOnly')
            $found = $store.Certificates.Find('FindByTimeValid', [DateTime]::Now, $false).Find($kind, $value, $false)
            if ($found.Count) { return $found | Sort-Object NotBefore -Descending | Select-Object -First 1 }
        }
        finally { $store.Dispose() }
    }
    $what = if ($Subject) { 'subject name' } else { 'thumbprint' }
    throw [ArgumentException]::new("Certificate with $what '$value' was not found in certificate store or has expired.")
}

function New-Credential {
    param([System.Collections.IDictionary] $Bound, [object] $Place)
    $certificate = if (-not $Bound['ClientSecretCredential']) {
        if ($Bound['Certificate']) { $Bound['Certificate'] } else { Find-Certificate $Bound['CertificateThumbprint'] $Bound['CertificateSubjectName'] }
    }
    Initialize-Library
    $kind = if ($certificate) { 'ClientCertificateCredential' } else { 'ClientSecretCredential' }
    $type = Get-LibraryType 'Azure.Identity' $kind
    $options = (Get-LibraryType 'Azure.Identity' "${kind}Options")::new()
    $options.AuthorityHost = [uri] $Place.AzureADEndpoint
    $options.DisableInstanceDiscovery = $true
    $options.Retry.MaxRetries = 0
    if ($certificate) { return $type::new($Bound['TenantId'], $Bound['ClientId'], $certificate, $options) }
    $login = $Bound['ClientSecretCredential'].GetNetworkCredential()
    $type::new($Bound['TenantId'], $login.UserName, $login.Password, $options)
}

function Get-Token {
    param([object] $Credential, [string] $Graph)
    $request = [Azure.Core.TokenRequestContext]::new([string[]] @("$Graph/.default"))
    $Credential.GetToken($request, [Threading.CancellationToken]::None).Token
}

function Read-Token {
    param([string] $Token)
    try {
        $body = $Token.Split('.')[1].Replace('-', '+').Replace('_', '/')
        $body = $body.PadRight($body.Length + (4 - $body.Length % 4) % 4, '=')
        [Text.Encoding]::UTF8.GetString([Convert]::FromBase64String($body)) | ConvertFrom-Json
    }
    catch { throw [Exception]::new('The provided access token is invalid. Set a valid access token to `-AccessToken` parameter and try again.') }
}

function Set-Session {
    param([string] $Token, [object] $Credential, [object] $Place, [System.Collections.IDictionary] $Bound)
    $claims = Read-Token $Token
    $script:Session = @{
        Token = $Token; Credential = $Credential; Graph = $Place.GraphEndpoint
        Context = [pscustomobject] @{
            ClientId = $claims.appid; TenantId = $claims.tid; Scopes = @($claims.roles) + @($claims.scp -split ' ' -ne '')
            AuthType = $(if ($Credential) { 'AppOnly' } else { 'UserProvidedAccessToken' })
            TokenCredentialType = $(if (-not $Credential) { 'UserProvidedAccessToken' } elseif ($Bound['ClientSecretCredential']) { 'ClientSecret' } else { 'ClientCertificate' })
            CertificateThumbprint = $Bound['CertificateThumbprint']; CertificateSubjectName = $Bound['CertificateSubjectName']
            Account = $null; AppName = $null; ContextScope = 'Process'; Environment = $Place.Name
        }
    }
}

function Get-InnerException {
    # PowerShell wraps what a .NET call throws; a compiled cmdlet would have caught it bare.
    param([Exception] $Exception)
    while ($Exception -is [System.Management.Automation.RuntimeException] -and $Exception.InnerException) { $Exception = $Exception.InnerException }
    $Exception
}

function Connect-MgGraph {
    [CmdletBinding(DefaultParameterSetName = 'AppCertificate')]
    param(
        [Parameter(ParameterSetName = 'AppCertificate')] [Parameter(ParameterSetName = 'AppSecret')] [string] $TenantId,
        [Parameter(ParameterSetName = 'AppCertificate')] [string] $ClientId,
        [Parameter(ParameterSetName = 'AppCertificate')] [string] $CertificateThumbprint,
        [Parameter(ParameterSetName = 'AppCertificate')] [string] $CertificateSubjectName,
        [Parameter(ParameterSetName = 'AppCertificate')] [System.Security.Cryptography.X509Certificates.X509Certificate2] $Certificate,
        [Parameter(ParameterSetName = 'AppSecret', Mandatory)] [pscredential] $ClientSecretCredential,
        [Parameter(ParameterSetName = 'AccessToken', Mandatory)] [securestring] $AccessToken,
        [string] $Environment = 'Global',
        [switch] $NoWelcome
    )
    $place = Get-MgEnvironment $Environment
    if (-not $place) {
        $fault = [System.Management.Automation.PSInvalidOperationException]::new("Unable to find environment with name '$Environment'. Use Get-MgEnvironment to list available environments.")
        $PSCmdlet.ThrowTerminatingError($fault.ErrorRecord)
    }
    $missing = if ($PSCmdlet.ParameterSetName -eq 'AppCertificate') {
        if (-not $ClientId) { 'ClientId' } elseif (-not $TenantId) { 'TenantId' }
        elseif (-not ($CertificateThumbprint -or $CertificateSubjectName -or $Certificate)) { 'CertificateThumbprint or CertificateSubjectName or Certificate' }
    }
    $fault = if ($missing) { "Must specify '$missing'." } elseif ($CertificateThumbprint -and $CertificateThumbprint.Length -ne 40) {
        "'CertificateThumbprint' must have a length of 40. Ensure you have the right certificate thumbprint then try again."
    }
    if ($fault) { $PSCmdlet.ThrowTerminatingError([System.Management.Automation.ErrorRecord]::new([ArgumentException]::new($fault), [string] [guid]::NewGuid(), 'InvalidArgument', $null)) }
    try {
        $script:Session = $null
        $credential = $null
        if ($AccessToken) {
            $token = [System.Net.NetworkCredential]::new('', $AccessToken).Password
            if ([DateTimeOffset]::FromUnixTimeSeconds((Read-Token $token).exp) -le [DateTimeOffset]::Now.AddMinutes(5)) {
                throw [Exception]::new('The provided access token has expired. Set a valid access token to `-AccessToken` parameter and try again.')
            }
        }
        else {
            $credential = New-Credential $PSBoundParameters $place
            $token = Get-Token $credential $place.GraphEndpoint
        }
        Set-Session $token $credential $place $PSBoundParameters
        if (-not $NoWelcome) { 'Welcome to Microsoft Graph!' }
    }
    catch {
        # Like the real one: no error id, no category, no target, and the session does not stop.
        $record = [System.Management.Automation.ErrorRecord]::new((Get-InnerException $_.Exception), '', 'NotSpecified', $null)
        # The catch left a record of its own, which a compiled cmdlet would not have.
        if ($global:Error.Count -and [object]::ReferenceEquals($global:Error[0].Exception, $_.Exception)) { $global:Error.RemoveAt(0) }
        $PSCmdlet.WriteError($record)
    }
}

function Restore-LabSession {
    # Not in the real module: the state of a session that connected with this token a while ago.
    [CmdletBinding()]
    param([Parameter(Mandatory)] [string] $AccessToken)
    Set-Session $AccessToken $null (Get-MgEnvironment 'Lab') @{}
}

function Format-HttpMessage {
    param([System.Net.Http.HttpRequestMessage] $Request, [System.Net.Http.HttpResponseMessage] $Response)
    $lines = @("$($Request.Method) $($Request.RequestUri)", "HTTP/$($Response.Version) $([int] $Response.StatusCode) $($Response.ReasonPhrase)")
    foreach ($pair in @($Response.Headers) + @($Response.Content.Headers)) { $lines += "$($pair.Key): $($pair.Value -join ', ')" }
    ($lines -join "`r`n") + "`r`n`r`n" + $Response.Content.ReadAsStringAsync().Result
}

function Invoke-MgGraphRequest {
    [CmdletBinding()]
    param(
        [string] $Method = 'GET',
        [Parameter(Mandatory, Position = 0)] [uri] $Uri
    )
    if (-not $script:Session) {
        $fault = [AuthenticationException]::new('Authentication needed. Please call Connect-MgGraph.')
        $PSCmdlet.ThrowTerminatingError([System.Management.Automation.ErrorRecord]::new($fault, 'AuthenticationError', 'AuthenticationError', $null))
    }
    if ($script:Session.Credential) {
        try { $script:Session.Token = Get-Token $script:Session.Credential $script:Session.Graph }
        catch { $PSCmdlet.ThrowTerminatingError([System.Management.Automation.ErrorRecord]::new((Get-InnerException $_.Exception), '', 'NotSpecified', $null)) }
    }
    if (-not $Uri.IsAbsoluteUri) { $Uri = [uri]::new([uri] $script:Session.Graph, $Uri) }
    $request = [System.Net.Http.HttpRequestMessage]::new([System.Net.Http.HttpMethod]::new($Method), $Uri)
    $request.Headers.Authorization = [System.Net.Http.Headers.AuthenticationHeaderValue]::new('Bearer', $script:Session.Token)
    $request.Headers.TryAddWithoutValidation('User-Agent', "PowerShell/$($PSVersionTable.PSVersion) Invoke-MgGraphRequest") | Out-Null
    $request.Headers.TryAddWithoutValidation('client-request-id', [string] [guid]::NewGuid()) | Out-Null
    $client = [System.Net.Http.HttpClient]::new()
    $client.Timeout = [TimeSpan]::FromSeconds(30)
    try { $response = $client.Send($request) }
    catch {
        $fault = Get-InnerException $_.Exception
        $record = [System.Management.Automation.ErrorRecord]::new($fault, 'InvokeGraphHttpResponseException', 'InvalidOperation', $request)
        if ($fault.InnerException) { $record.ErrorDetails = [System.Management.Automation.ErrorDetails]::new($fault.InnerException.Message) }
        $PSCmdlet.ThrowTerminatingError($record)
    }
    if ($response.IsSuccessStatusCode) { return $response.Content.ReadAsStringAsync().Result | ConvertFrom-Json -AsHashtable }
    $text = "Response status code does not indicate success: $($response.StatusCode) ($($response.ReasonPhrase))."
    $record = [System.Management.Automation.ErrorRecord]::new([HttpResponseException]::new($text, $response), 'InvokeGraphHttpResponseException', 'InvalidOperation', $request)
    $record.ErrorDetails = [System.Management.Automation.ErrorDetails]::new((Format-HttpMessage $request $response))
    $PSCmdlet.ThrowTerminatingError($record)
}
