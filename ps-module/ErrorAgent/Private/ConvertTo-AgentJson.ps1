function ConvertTo-AgentJson {
    # One line of pure ASCII, the same from 5.1 and 7.
    param([Collections.IDictionary] $Report)
    $json = ConvertTo-Json -InputObject $Report -Depth 8 -Compress
    [regex]::Replace($json, '[^\x20-\x7e]', { param($found) '\u{0:x4}' -f [int] [char] $found.Value })
}
