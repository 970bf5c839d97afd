# What Windows PowerShell 5.1 has of the commands this module calls: name and parameters, without the common ones.
# A new call needs a line here, taken from a machine with 5.1 (Get-Command NAME).
@{
    'Add-Member' = @('InputObject', 'TypeName', 'PassThru', 'MemberType', 'Name', 'Value', 'SecondValue', 'Force', 'NotePropertyName', 'NotePropertyValue', 'NotePropertyMembers')
    'ConvertFrom-Json' = @('InputObject')
    'ConvertTo-Json' = @('InputObject', 'Depth', 'Compress')
    'ConvertTo-SecureString' = @('String', 'SecureKey', 'AsPlainText', 'Force', 'Key')
    'Export-ModuleMember' = @('Function', 'Cmdlet', 'Variable', 'Alias')
    'ForEach-Object' = @('Process', 'InputObject', 'Begin', 'End', 'RemainingScripts', 'WhatIf', 'Confirm', 'MemberName', 'ArgumentList')
    'Get-ChildItem' = @('Path', 'Filter', 'Include', 'Exclude', 'Recurse', 'Depth', 'Force', 'Name', 'UseTransaction', 'Attributes', 'Directory', 'File', 'Hidden', 'ReadOnly', 'System', 'LiteralPath')
    'Get-Command' = @('ArgumentList', 'Verb', 'Noun', 'Module', 'FullyQualifiedModule', 'TotalCount', 'Syntax', 'ShowCommandInfo', 'All', 'ListImported', 'ParameterName', 'ParameterType', 'Name', 'CommandType')
    'Get-Location' = @('PSProvider', 'PSDrive', 'UseTransaction', 'Stack', 'StackName')
    'Get-Module' = @('Name', 'FullyQualifiedName', 'All', 'ListAvailable', 'PSEdition', 'Refresh', 'PSSession', 'CimSession', 'CimResourceUri', 'CimNamespace')
    'Import-PowerShellDataFile' = @('Path', 'LiteralPath')
    'Join-Path' = @('Path', 'ChildPath', 'Resolve', 'Credential', 'UseTransaction')
    'New-Object' = @('TypeName', 'ArgumentList', 'Property', 'ComObject', 'Strict')
    'Select-Object' = @('Property', 'InputObject', 'ExcludeProperty', 'ExpandProperty', 'Unique', 'Last', 'First', 'Skip', 'Wait', 'SkipLast', 'Index')
    'Set-StrictMode' = @('Version', 'Off')
    'Test-Path' = @('Path', 'Filter', 'Include', 'Exclude', 'PathType', 'IsValid', 'Credential', 'UseTransaction', 'OlderThan', 'NewerThan', 'LiteralPath')
    'Where-Object' = @('Property', 'Value', 'InputObject', 'EQ', 'FilterScript', 'CLike', 'CEQ', 'NE', 'CNE', 'GT', 'CGT', 'LT', 'CLT', 'GE', 'CGE', 'LE', 'CLE', 'Like', 'NotLike', 'CNotLike', 'Match', 'CMatch', 'NotMatch', 'CNotMatch', 'Contains', 'CContains', 'NotContains', 'CNotContains', 'In', 'CIn', 'NotIn', 'CNotIn', 'Is', 'IsNot')
    'Write-Information' = @('MessageData', 'Tags')
    'Write-Warning' = @('Message')
}
