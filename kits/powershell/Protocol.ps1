# The adapter protocol of entra-conformance, version 1. adapter.ps1 is yours to fill in; this file you need not touch.
#
# It reads requests from standard input and answers them on standard output, keeps the on-premises directory and the suite's
# names for cloud objects, and passes every other command to the script block of your adapter that has its name.

#Requires -Version 7.2
Set-StrictMode -Version 3
$ErrorActionPreference = 'Stop'

# Your implementation does not carry the command out, and has changed nothing.
function Stop-Refused([string] $why) { Stop-Command 'refused' $why }

# The command takes a capability that is not declared.
function Stop-Unsupported([string] $capability) { Stop-Command 'unsupported' $capability }

function Stop-Command([string] $kind, [string] $what) {
    $exception = [System.InvalidOperationException]::new("$kind $what")
    $exception.Data['kind'] = $kind
    $exception.Data['what'] = $what
    throw $exception
}

# A map from names to values in which letter case counts. A name that it does not have has the value $null.
function New-Map { [System.Collections.Specialized.OrderedDictionary]::new([System.StringComparer]::Ordinal) }

# The object after an update: a field that $set does not name stays, $null or an empty list empties one, attributes merge name
# by name. The object itself stays as it is.
function Get-Changed($object, $set) {
    $after = Join-Map $object $set
    $after['attributes'] = Join-Map $object['attributes'] ($null -eq $set ? $null : $set['attributes'])
    Join-Map $after $null
}

# The fields of both without those that are empty; those of the second win.
function Join-Map($before, $after) {
    $all = New-Map
    foreach ($source in $before, $after) {
        if ($source -isnot [System.Collections.IDictionary]) { continue }
        foreach ($name in $source.get_Keys()) { $all[$name] = Copy-Value $source[$name] }
    }
    foreach ($name in @($all.get_Keys())) {
        $value = $all[$name]
        $isEmpty = $null -eq $value -or ($value -is [array] -and $value.Length -eq 0) -or
            ($value -is [System.Collections.IDictionary] -and $value.get_Count() -eq 0)
        if ($isEmpty) { $all.Remove($name) }
    }
    $all
}

function Copy-Value($value) {
    if ($value -is [System.Collections.IDictionary]) {
        $map = New-Map
        foreach ($name in $value.get_Keys()) { $map[$name] = Copy-Value $value[$name] }
        return $map
    }
    if ($value -is [System.Collections.IList]) {
        $list = [System.Collections.Generic.List[object]]::new()
        foreach ($entry in $value) { $list.Add((Copy-Value $entry)) }
        return , $list.ToArray()
    }
    return $value
}

# Not ConvertFrom-Json, which makes dates of texts that look like dates.
function ConvertFrom-Element([System.Text.Json.JsonElement] $element) {
    switch ([string] $element.ValueKind) {
        'Object' {
            $map = New-Map
            foreach ($field in $element.EnumerateObject()) { $map[$field.Name] = ConvertFrom-Element $field.Value }
            return $map
        }
        'Array' {
            $list = [System.Collections.Generic.List[object]]::new()
            foreach ($entry in $element.EnumerateArray()) { $list.Add((ConvertFrom-Element $entry)) }
            return , $list.ToArray()
        }
        'String' { return $element.GetString() }
        'Number' {
            $whole = [long] 0
            if ($element.TryGetInt64([ref] $whole)) { return $whole }
            return $element.GetDouble()
        }
        'True' { return $true }
        'False' { return $false }
        default { return $null }
    }
}

# The capability that a command takes, for commands that an adapter has no script block for.
$CommandCapabilities = @{
    removeOnPremisesObject = 'scope'; updateCloudObject = 'cloudEdits'; setImmutableId = 'immutableIdWrite'
    assignRole = 'roles'; removeRole = 'roles'; deleteCloudObject = 'recycleBin'; restoreCloudObject = 'recycleBin'
    reinstallConnect = 'reinstall'; makeEligible = 'roleEligibility'; removeEligibility = 'roleEligibility'
    setOnPremisesObjectIdentifier = 'objectIdentifier'; setCloudManaged = 'sourceOfAuthority'
}
$SwitchCapabilities = @{
    softMatch = 'softMatchSwitch'; blockSoftMatchEnabled = 'softMatchSwitch'
    passwordHashSync = 'passwords'; passwordSyncEnabled = 'passwords'
    blockCloudObjectTakeoverThroughHardMatch = 'hardMatchSwitch'
    blockCloudObjectTakeoverThroughHardMatchEnabled = 'hardMatchSwitch'
    softMatchOnUpnEnabled = 'softMatchOnUpnSwitch'
    allowOnPremUpdateOfOnPremisesObjectIdentifierEnabled = 'identifierUpdateSwitch'
}

function Get-Capability($command) {
    if ($command['do'] -ceq 'setFeature') { return $SwitchCapabilities[$command['feature']] }
    if ($command['do'] -ceq 'deleteCloudObject' -and $command['permanently']) { return 'hardDelete' }
    return $CommandCapabilities[$command['do']]
}

# A conversation: the adapter, the on-premises directory by key, and the ids of cloud objects by what commands call them.
function New-Conversation([hashtable] $adapter) {
    @{ adapter = $adapter; onPremises = New-Map; names = $null; over = $false }
}

# The adapter's script blocks

function Get-Description($conversation) { @(& $conversation.adapter.describe)[-1] }

function Get-CloudObjects($conversation) { , @(& $conversation.adapter.cloudObjects) }

function Add-CloudObject($conversation, $object) {
    $setup = Copy-Value $object
    $label = $setup['label']
    $setup.Remove('label')
    if ($conversation.names['label'].Contains($label)) { Stop-Refused 'the label is in use' }
    $conversation.names['label'][$label] = [string] @(& $conversation.adapter.createCloudObject $setup)[-1]
}

# Methods

function Invoke-Method($conversation, $method, $params) {
    switch -CaseSensitive ($method) {
        'initialize' {
            $described = Join-Map (Get-Description $conversation) $null
            $described['protocol'] = 1
            $described['capabilities'] = @($described['capabilities']) + 'batch'
            return $described
        }
        'reset' { return Reset-Tenant $conversation $params }
        'apply' { return Invoke-Step $conversation $params['command'] }
        'runCase' {
            $told = Reset-Tenant $conversation $params
            $steps = [System.Collections.Generic.List[object]]::new()
            foreach ($command in $params['commands']) { $steps.Add((Invoke-Step $conversation $command)) }
            $told['steps'] = $steps.ToArray()
            return $told
        }
        'shutdown' {
            $conversation.over = $true
            return New-Map
        }
        default { return $null }
    }
}

function Reset-Tenant($conversation, $params) {
    $tenant = $params['tenant']
    $conversation.onPremises = New-Map
    foreach ($object in $tenant['onPremises']) { $conversation.onPremises[$object['key']] = $object }
    $conversation.names = @{ label = New-Map; joinedTo = New-Map; quarantinedFor = New-Map }
    $null = & $conversation.adapter.reset (Join-Map $tenant['features'] $null)
    foreach ($setup in $tenant['cloud']) { Add-CloudObject $conversation $setup }
    @{ snapshot = Get-Snapshot $conversation }
}

function Invoke-Step($conversation, $command) {
    if ($null -eq $conversation.names) { throw 'reset comes before apply' }
    try {
        $outcome = Invoke-CaseCommand $conversation $command
    }
    catch {
        $reason = $_.Exception.Data
        if ($reason['kind'] -ceq 'refused') { $outcome = @{ status = 'refused'; message = $reason['what'] } }
        elseif ($reason['kind'] -ceq 'notFound') { $outcome = @{ status = 'notFound' } }
        else { throw }
    }
    @{ outcome = $outcome; snapshot = Get-Snapshot $conversation }
}

# The present state, copied, so that later commands do not change it.
function Get-Snapshot($conversation) {
    @{
        cloud = Copy-Value (Get-CloudObjects $conversation)
        onPremises = Copy-Value @($conversation.onPremises.get_Values())
    }
}

# Commands

function Invoke-CaseCommand($conversation, $command) {
    $do = [string] $command['do']
    switch -CaseSensitive ($do) {
        'sync' { return Invoke-Sync $conversation }
        'createCloudObject' { Add-CloudObject $conversation $command['object'] }
        { $_ -cin 'createOnPremisesObject', 'updateOnPremisesObject', 'removeOnPremisesObject' } {
            Set-OnPremises $conversation $do $command
        }
        default {
            $block = $conversation.adapter[$do]
            if ($null -eq $block) { Stop-Unsupported (Get-Capability $command) }
            if ($null -eq $command['object']) { $null = & $block $command }
            else { $null = & $block (Find-CloudObject $conversation $command['object']) $command }
        }
    }
    return @{ status = 'ok' }
}

function Set-OnPremises($conversation, [string] $do, $command) {
    $directory = $conversation.onPremises
    $created = $command['object']
    if ($null -ne $created) {
        if ($directory.Contains($created['key'])) { Stop-Refused 'the key is in use' }
        $directory[$created['key']] = $created
        return
    }
    $removes = $do -ceq 'removeOnPremisesObject'
    if ($removes -and 'scope' -cnotin (Get-Description $conversation)['capabilities']) { Stop-Unsupported 'scope' }
    if (-not $directory.Contains($command['key'])) { Stop-Command 'notFound' '' }
    if ($removes) { $directory.Remove($command['key']) }
    else { $directory[$command['key']] = Get-Changed $directory[$command['key']] $command['set'] }
}

function Invoke-Sync($conversation) {
    $given = Copy-Value @($conversation.onPremises.get_Values())
    $results = @(& $conversation.adapter.sync $given)[-1]
    $cloud = Get-CloudObjects $conversation
    foreach ($object in $conversation.onPremises.get_Values()) {
        $key = $object['key']
        $link = $null -eq $results[$key] ? $null : $results[$key]['cloudId']
        foreach ($other in $cloud) {
            $carriesAnchor = $other['onPremisesSyncEnabled'] -and -not $other['deleted'] -and $other['kind'] -ceq $object['kind'] -and
                $other['onPremisesImmutableId'] -ceq $object['sourceAnchor']
            if ($null -eq $link ? $carriesAnchor : $other['id'] -ceq $link) {
                $conversation.names[$other['quarantined'] ? 'quarantinedFor' : 'joinedTo'][$key] = $other['id']
            }
        }
    }
    @{ status = 'ok'; objects = $results }
}

# The id of the cloud object that a command names, deleted or not.
function Find-CloudObject($conversation, $reference) {
    foreach ($way in 'label', 'joinedTo', 'quarantinedFor') {
        $name = $reference[$way]
        if ($null -eq $name) { continue }
        $id = $conversation.names[$way][$name]
        foreach ($object in (Get-CloudObjects $conversation)) {
            if ($object['id'] -ceq $id) { return $id }
        }
    }
    Stop-Command 'notFound' ''
}

# JSON-RPC

# The reply to one line.
function Get-Reply($conversation, [string] $line) {
    $reply = New-Map
    $reply['jsonrpc'] = '2.0'
    $reply['id'] = $null
    try {
        $request = ConvertFrom-Element ([System.Text.Json.JsonDocument]::Parse($line).RootElement)
    }
    catch {
        $reply['error'] = @{ code = -32700; message = "not JSON: $($_.Exception.Message)" }
        return $reply
    }
    if ($request -isnot [System.Collections.IDictionary]) {
        $reply['error'] = @{ code = -32600; message = 'a request is an object' }
        return $reply
    }
    $reply['id'] = $request['id']
    try {
        $result = Invoke-Method $conversation $request['method'] ($request['params'] ?? (New-Map))
        if ($null -eq $result) { $reply['error'] = @{ code = -32601; message = "unknown method $($request['method'])" } }
        else { $reply['result'] = $result }
    }
    catch {
        if ($_.Exception.Data['kind'] -ceq 'unsupported') {
            $reply['error'] = @{ code = -32001; message = 'unsupported' }
            $capability = $_.Exception.Data['what']
            if ($capability) { $reply['error']['data'] = @{ capability = $capability } }
        }
        else {
            # A mistake in the adapter or behind it: say so, and go on.
            [Console]::Error.WriteLine("$_`n$($_.ScriptStackTrace)")
            $reply['error'] = @{ code = -32603; message = "$_" }
        }
    }
    return $reply
}

# Answers requests until the suite says that it is over, or is gone.
function Start-Adapter([hashtable] $adapter) {
    # Replies get standard output for themselves: what anything else prints goes to standard error.
    $utf8 = [System.Text.UTF8Encoding]::new($false)
    $requests = [System.IO.StreamReader]::new([Console]::OpenStandardInput(), $utf8)
    $replies = [Console]::OpenStandardOutput()
    [Console]::SetOut([Console]::Error)
    $conversation = New-Conversation $adapter
    while (-not $conversation.over) {
        $line = $requests.ReadLine()
        if ($null -eq $line) { break }
        $reply = ConvertTo-Json -InputObject (Get-Reply $conversation $line) -Depth 100 -Compress
        $bytes = $utf8.GetBytes($reply + "`n")
        $replies.Write($bytes, 0, $bytes.Length)
        $replies.Flush()
    }
}
