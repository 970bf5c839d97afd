function Get-AgentParameter {
    # Parameters of the failed command as it was typed: allowed names only, and only constants or plain variables.
    # A record's own bound parameters are usually empty, so the source line is parsed; nothing in it is evaluated.
    param([string] $Line, [string] $Command, [Management.Automation.SessionState] $Session)
    $out = [ordered] @{}
    if (-not $Line) { return $out }
    $tokens = $null; $faults = $null
    $tree = [Management.Automation.Language.Parser]::ParseInput($Line, [ref] $tokens, [ref] $faults)
    $calls = @($tree.FindAll({ param($node) $node -is [Management.Automation.Language.CommandAst] }, $true))
    $call = $calls | Where-Object { $_.GetCommandName() -eq $Command } | Select-Object -First 1
    if (-not $call) { return $out }
    $elements = $call.CommandElements
    for ($i = 1; $i -lt $elements.Count; $i++) {
        if ($elements[$i] -isnot [Management.Automation.Language.CommandParameterAst]) { continue }
        $typed = $elements[$i].ParameterName
        $known = @($script:Allow.Parameters | Where-Object { $_ -eq $typed })
        if (-not $known.Count) { continue }
        $value = $elements[$i].Argument
        if (-not $value -and $i + 1 -lt $elements.Count) {
            if ($elements[$i + 1] -isnot [Management.Automation.Language.CommandParameterAst]) { $value = $elements[$i + 1] }
        }
        $text = if ($value) { Read-AgentConstant $value $Session } else { 'true' }
        if ($null -eq $text) { continue }
        if ($known[0] -eq 'Uri') { $text = ($text -split '[?#]')[0] }
        $out[$known[0]] = Protect-AgentText $text 1000
    }
    $out
}

function Read-AgentConstant {
    # The text of a constant, of a list of constants, or of a variable that holds a text or a number.
    param([Management.Automation.Language.Ast] $Node, [Management.Automation.SessionState] $Session)
    if ($Node -is [Management.Automation.Language.ConstantExpressionAst]) { return [string] $Node.Value }
    if ($Node -is [Management.Automation.Language.ArrayLiteralAst]) {
        $parts = @($Node.Elements | ForEach-Object { Read-AgentConstant $_ $Session } | Where-Object { $_ })
        return ($parts -join ' ')
    }
    if ($Node -is [Management.Automation.Language.VariableExpressionAst] -and $Session -and -not $Node.VariablePath.IsDriveQualified) {
        try { $value = $Session.PSVariable.GetValue($Node.VariablePath.UserPath) } catch { return }
        if ($value -is [string] -or $value -is [int] -or $value -is [guid] -or $value -is [uri] -or $value -is [bool]) { return [string] $value }
        if ($value -is [string[]]) { return ($value -join ' ') }
    }
}
