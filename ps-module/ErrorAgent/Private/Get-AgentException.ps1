function Get-AgentException {
    # The exception chain, outer to inner, aggregates expanded, at most ten.
    param([object] $Exception)
    $queue = New-Object 'System.Collections.Generic.Queue[object]'
    $seen = New-Object 'System.Collections.Generic.List[object]'
    $queue.Enqueue($Exception)
    while ($queue.Count -and $seen.Count -lt 10) {
        $current = $queue.Dequeue()
        if ($null -eq $current) { continue }
        if (@($seen | Where-Object { [object]::ReferenceEquals($_, $current) }).Count) { continue }
        $seen.Add($current)
        $many = Get-AgentProperty $current 'InnerExceptions'
        if ($many) { foreach ($inner in @($many)) { $queue.Enqueue($inner) } }
        else { $queue.Enqueue((Get-AgentProperty $current 'InnerException')) }
    }
    , $seen.ToArray()
}
