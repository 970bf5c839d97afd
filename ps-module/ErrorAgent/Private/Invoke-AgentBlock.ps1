# Runs the block of Invoke-AgentCommand. The names are long because a block without a home of its own runs in this scope.

function Invoke-AgentBlock {
    # Dot-sourced: the block runs in its caller's scope, so what it assigns stays. Only a block that merges errors into its output
    # goes through a pipeline; any other would take the console from native programs.
    param([scriptblock] $AgentBlockToRun, [object] $AgentLinesSeen)
    if (Test-AgentMerge $AgentBlockToRun) { . $AgentBlockToRun | Watch-AgentOutput $AgentLinesSeen }
    else { . $AgentBlockToRun }
}

function Test-AgentMerge {
    # Does the block's own text send the error stream to output (2>&1 or *>&1)?
    param([scriptblock] $Block)
    $merge = $Block.Ast.Find({ param($n) $n -is [Management.Automation.Language.MergingRedirectionAst] -and "$($n.FromStream)" -in 'Error', 'All' }, $true)
    $null -ne $merge
}

function Watch-AgentOutput {
    # Everything passes as it came, one by one; the last 50 lines that native programs wrote to standard error are remembered.
    param([object] $Lines)
    process {
        if (Test-AgentNativeLine $_) {
            $Lines.Enqueue($_)
            if ($Lines.Count -gt 50) { $null = $Lines.Dequeue() }
        }
        , $_
    }
}

function Test-AgentNativeLine {
    # Is this a line of a native program's standard error, in the form that PowerShell gives it?
    param([object] $Value)
    $Value -is [Management.Automation.ErrorRecord] -and $Value.FullyQualifiedErrorId -in 'NativeCommandError', 'NativeCommandErrorMessage'
}

function Restore-AgentErrorVariable {
    # The pipeline behind a merging block keeps its errors from the caller's -ErrorVariable: they are put there afterwards.
    param([scriptblock] $Block, [Collections.IDictionary] $Start, [object] $Variables, [Collections.IDictionary] $Bound)
    if (-not $Bound.ContainsKey('ErrorVariable') -or -not (Test-AgentMerge $Block)) { return }
    $list = $Variables.GetValue($Bound['ErrorVariable'].TrimStart('+'))
    if ($list -isnot [Collections.IList] -or $list.IsFixedSize) { return }
    $new = New-Object 'System.Collections.Generic.List[object]'
    foreach ($item in $global:Error) { if ([object]::ReferenceEquals($item, $Start.Newest)) { break }; $new.Insert(0, $item) }
    foreach ($item in $new) { if ($item -is [Management.Automation.ErrorRecord] -and $list -notcontains $item) { $null = $list.Add($item) } }
}
