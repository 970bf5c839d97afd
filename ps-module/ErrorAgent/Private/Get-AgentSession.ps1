function Get-AgentSession {
    # The session that failed: host, modules and assemblies of the allow-list, sign-in context. Loads nothing, connects nothing.
    param([string] $Environment)
    $table = $PSVersionTable
    $windows = $table.PSEdition -ne 'Core' -or [Environment]::OSVersion.Platform -eq 'Win32NT'
    $session = [ordered] @{
        host       = [ordered] @{
            name = $Host.Name; version = [string] $Host.Version; edition = [string] $table.PSEdition
            ps_version = [string] $table.PSVersion; os = [Environment]::OSVersion.VersionString
            platform = $(if ($windows) { 'windows' } else { 'unix' }); culture = [Globalization.CultureInfo]::CurrentCulture.Name
            interactive = [Environment]::UserInteractive
        }
        modules    = @(
            foreach ($module in Get-Module -All) {
                if (Test-AgentName $module.Name $script:Allow.Modules) {
                    [ordered] @{ name = $module.Name; version = [string] $module.Version; path = [string] $module.Path; state = 'loaded' }
                }
            }
        )
        assemblies = @(
            foreach ($assembly in [AppDomain]::CurrentDomain.GetAssemblies()) {
                $name = $assembly.GetName()
                if (-not (Test-AgentName $name.Name $script:Allow.Assemblies)) { continue }
                $place = try { [string] $assembly.Location } catch { '' }
                [ordered] @{ name = $name.Name; version = [string] $name.Version; location = $place; context = (Get-AgentLoadContext $assembly) }
            }
        )
    }
    $context = Get-AgentContext
    if ($context.Count) { $session['context'] = $context }
    if (-not $Environment -and $context.Contains('environment')) { $Environment = $context['environment'] }
    $places = Get-AgentEnvironment $Environment
    if ($places.Count) { $session['environment'] = $places }
    $session
}

function Get-AgentLoadContext {
    param([Reflection.Assembly] $Assembly)
    $type = 'System.Runtime.Loader.AssemblyLoadContext' -as [type]
    if (-not $type) { return '' }
    try { [string] $type::GetLoadContext($Assembly).Name } catch { '' }
}

function Get-AgentContext {
    $out = [ordered] @{}
    if (-not (Get-Module | Where-Object { $_.ExportedCommands.ContainsKey('Get-MgContext') })) { return $out }
    try { $context = & 'Get-MgContext' -ErrorAction Stop } catch { return $out }
    $names = @{
        client_id = 'ClientId'; tenant_id = 'TenantId'; auth_type = 'AuthType'; credential_type = 'TokenCredentialType'
        certificate_thumbprint = 'CertificateThumbprint'; certificate_subject = 'CertificateSubjectName'
        environment = 'Environment'; context_scope = 'ContextScope'; scopes = 'Scopes'
    }
    foreach ($key in $names.Keys) {
        $value = Get-AgentProperty $context $names[$key]
        if ($null -ne $value -and [string] $value) { $out[$key] = Protect-AgentText (@($value) -join ' ') 4000 }
    }
    $out
}

function Get-AgentEnvironment {
    param([string] $Name)
    $out = [ordered] @{}
    if (-not $Name -or -not (Get-Module | Where-Object { $_.ExportedCommands.ContainsKey('Get-MgEnvironment') })) { return $out }
    try { $found = & 'Get-MgEnvironment' -ErrorAction Stop | Where-Object { $_.Name -eq $Name } | Select-Object -First 1 } catch { return $out }
    foreach ($pair in @('authority', 'AzureADEndpoint'), @('graph', 'GraphEndpoint')) {
        $value = Get-AgentProperty $found $pair[1]
        if ($value) { $out[$pair[0]] = Protect-AgentText $value 500 }
    }
    $out
}
