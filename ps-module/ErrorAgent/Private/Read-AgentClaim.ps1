function Read-AgentClaim {
    # The allowed claims of the first token in the text, or nothing. The token itself goes no further.
    param([string] $Text)
    foreach ($found in [regex]::Matches($Text, 'eyJ[\w-]{6,}\s{0,6}\.\s{0,6}(?<body>[\w-]+(?:[ \t]*\r?\n[ \t|]*[\w-]{12,})*)')) {
        try {
            $body = ($found.Groups['body'].Value -replace '[\s|]', '').Replace('-', '+').Replace('_', '/')
            $body = $body.PadRight($body.Length + (4 - $body.Length % 4) % 4, '=')
            $payload = [Text.Encoding]::UTF8.GetString([Convert]::FromBase64String($body)) | ConvertFrom-Json
            $claims = [ordered] @{}
            foreach ($name in $script:Allow.Claims) {
                $property = $payload.PSObject.Properties[$name]
                if (-not $property) { continue }
                $value = $property.Value
                if ($value -is [array]) { $claims[$name] = @($value | ForEach-Object { Protect-AgentText $_ 500 }) }
                elseif ($value -is [int] -or $value -is [long]) { $claims[$name] = $value }
                else { $claims[$name] = Protect-AgentText $value 2000 }
            }
            if ($claims.Count) { return $claims }
        }
        catch { continue }
    }
}
