@{
    RootModule           = 'ErrorAgent.psm1'
    ModuleVersion        = '0.1.0'
    GUID                 = '6d0a3f5e-8f0b-4c53-9f0e-2b7c1d9a4e61'
    Author               = 'The IT Error Agent authors'
    CompanyName          = 'The IT Error Agent authors'
    Copyright            = '(c) The IT Error Agent authors. MIT license.'
    Description          = 'Sends a failed command''s error, without its secrets, to the IT Error Agent and shows cause, proof and fix.'
    PowerShellVersion    = '5.1'
    CompatiblePSEditions = @('Desktop', 'Core')
    FormatsToProcess     = @('ErrorAgent.format.ps1xml')
    FunctionsToExport    = @('Invoke-AgentCommand', 'Resolve-AgentError')
    CmdletsToExport      = @()
    VariablesToExport    = @()
    AliasesToExport      = @()
    PrivateData          = @{ PSData = @{ Tags = @('Error', 'Diagnostics', 'MicrosoftGraph', 'Entra') } }
}
