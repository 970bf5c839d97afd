@{
    RootModule        = 'LabGraph.psm1'
    ModuleVersion     = '2.6.1'
    GUID              = '7d1f5c0e-6c1b-4b34-9b0a-5a5f4f0d9c21'
    Author            = 'The IT Error Agent authors'
    Description       = 'Test double of Microsoft.Graph.Authentication: the same commands and errors, the real Azure.Identity, a lab in place of the service.'
    PowerShellVersion = '7.4'
    FunctionsToExport = @('Connect-MgGraph', 'Disconnect-MgGraph', 'Get-MgContext', 'Get-MgEnvironment', 'Invoke-MgGraphRequest', 'Restore-LabSession')
    CmdletsToExport   = @()
    VariablesToExport = @()
    AliasesToExport   = @()
}
