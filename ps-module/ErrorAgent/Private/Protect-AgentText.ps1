function Protect-AgentText {
    # The text without secrets of a known shape, shortened. Never throws. The limit keeps head and tail: both may tell.
    param([object] $Text, [int] $Limit = 20000)
    if ($null -eq $Text) { return '' }
    try { $value = $Text.ToString() } catch { return '' }
    foreach ($hidden in $script:Hidden) { $value = $value.Replace($hidden, '<secret>') }
    $option = [Text.RegularExpressions.RegexOptions]'IgnoreCase, Singleline'
    $field = 'client_?secret|secret_?text|\w*_client_secret|\w*access_?token|refresh_?token|id_?token|client_assertion|device_code|' +
        'samlresponse|wresult|\w*password|\w*passwd|\w*pwd|\w*passphrase|accountkey|sharedaccess(?:key|signature)|' +
        'estsauth\w*|x-ms-refreshtokencredential|api[_-]?key|secret'
    # The quotes stay, so that a body in JSON stays JSON.
    $quoted = '(?<q>["''])(?:(?!\k<q>).)*\k<q>'
    $rules = @(
        @('-----BEGIN [A-Z\s|]+-----.*?(?:-----END [A-Z\s|]+-----|\z)', '<pem>'),
        @('eyJ[\w-]{6,}(?:\s{0,6}(?:\.|%2E)\s{0,6}[\w-]+(?:[ \t]*\r?\n[ \t|]*[\w-]{12,})*){0,4}', '<jwt>'),
        @('((?:proxy-)?authorization["'']?\s*[:=]\s*["'']?(?:(?:bearer|basic|negotiate|ntlm|pop|digest|sharedkey)\s+)?)(?!<jwt>)[^\s"'',;}\]]{4,}', '$1<secret>'),
        @('(\b(?:bearer|basic)\s+)(?=[^\s"'',;<>]*[0-9_.=-])[^\s"'',;<>]{12,}', '$1<secret>'),
        @('[\w.~-]{3}\dQ(?:~|%7E)[\w.~%-]{31,40}', '<client-secret>'),
        @('(\b(?:set-)?cookie["'']?\s*[:=]\s*)[^\r\n]{2,}', '$1<cookie>'),
        @("(\b(?:$field)\b[""']?\s*(?:[:=]|%3D)\s*)(?:$quoted|(?![`$<])[^\s""'&,;<>}\])]{2,})", '$1${q}<secret>${q}'),
        @("((?<!\w)-(?:\w*Password|\w*Secret\w*|AccessToken|Token|ApiKey|PassPhrase|String)(?::|\s+))(?:$quoted|(?![-`$(@<|])[^\s;|)]{2,})", '$1${q}<secret>${q}'),
        @("(ConvertTo-SecureString\s+(?:-AsPlainText\s+|-Force\s+)*)(?:$quoted|(?![-`$(@<])\S{2,})", '$1${q}<secret>${q}'),
        @("((?:PSCredential|NetworkCredential)\]?(?:::new)?\s*\(\s*[^,()]{1,200},\s*)(?:$quoted)", '$1${q}<secret>${q}'),
        @('(\b[a-z][a-z0-9+.-]{1,20}://)[^\s/@"''<>]{1,300}@', '$1<login>@'),
        @('(\bsig(?:=|%3D))[\w%+/=-]{8,}', '$1<secret>'),
        @('([?&\s]code=)[\w.~%-]{20,}', '$1<secret>'),
        @('(?<![\w.-])[01]\.A[\w-]{20,}(?:\.[\w-]+)*', '<refresh-token>'),
        @('\bMII[A-Za-z0-9+/\r\n]{120,}={0,2}', '<key-or-certificate>')
    )
    if ($value.Length -gt 200000) { $value = $value.Substring(0, 100000) + "`n" + $value.Substring($value.Length - 100000) }
    foreach ($rule in $rules) {
        # A rule that takes longer than its limit on hostile text costs the text, never lets a secret out.
        try { $value = [regex]::Replace($value, $rule[0], $rule[1], $option, [TimeSpan]::FromSeconds(2)) }
        catch { return '<text left out: it could not be searched for secrets>' }
    }
    if ($value.Length -gt $Limit) {
        $half = [int] [Math]::Floor($Limit / 2)
        $value = $value.Substring(0, $half) + ' ... ' + $value.Substring($value.Length - $half)
    }
    $value
}

function Find-AgentSecret {
    # Constants on the failed line that are secrets by their parameter's name or by their look: messages repeat them bare.
    param([string] $Line)
    $tokens = $null; $faults = $null
    $tree = [Management.Automation.Language.Parser]::ParseInput($Line, [ref] $tokens, [ref] $faults)
    foreach ($node in $tree.FindAll({ param($n) $n -is [Management.Automation.Language.StringConstantExpressionAst] }, $true)) {
        $text = $node.Value
        if ($text.Length -lt 4 -or $text.Length -gt 4000) { continue }
        # All four kinds of characters and neither a space nor a path's: what password rules ask for, and names do not have.
        $strong = $text.Length -ge 8 -and $text -cmatch '[a-z]' -and $text -cmatch '[A-Z]' -and $text -match '\d' -and $text -match '[!#%^&*+=?$~]' -and $text -notmatch '[\s/\\]'
        if ($strong) { $text; continue }
        $call = $node.Parent
        if ($call -isnot [Management.Automation.Language.CommandAst]) { continue }
        $place = $call.CommandElements.IndexOf($node)
        $before = if ($place -gt 0) { $call.CommandElements[$place - 1] }
        if ($before -is [Management.Automation.Language.CommandParameterAst] -and $before.ParameterName -match 'password|secret|token|passphrase|^pin$|apikey|credential') { $text }
    }
}
