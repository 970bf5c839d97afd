function Get-AgentProperty {
    # A property's value, or nothing when there is none or its getter throws.
    param([object] $InputObject, [string] $Name)
    try {
        if ($null -eq $InputObject) { return }
        $property = $InputObject.PSObject.Properties[$Name]
        if ($property) { return , $property.Value }
    }
    catch { return }
}

function Get-AgentList {
    # The items of a property that holds a list, one by one; nothing when there is none.
    param([object] $InputObject, [string] $Name)
    foreach ($item in (Get-AgentProperty $InputObject $Name)) { if ($null -ne $item) { $item } }
}
