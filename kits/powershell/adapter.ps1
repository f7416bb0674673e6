#!/usr/bin/env pwsh
# Stands between the conformance suite and what it judges: fill in this file, Protocol.ps1 does the rest.
#
# Stop-Refused 'why' where your implementation does not do it, after nothing has changed. What still says Stop-Unsupported
# does so until you write it; then add its capability to `describe`. Fields are read as $object['field'].

. "$PSScriptRoot/Protocol.ps1"

$script:cloud = New-Map # by id: your implementation's tenant takes its place

Start-Adapter @{
    # What it can be asked to do; cases that take more are not applicable.
    describe = {
        @{
            implementation = @{ name = 'my-sync'; version = '0.1.0'; language = 'PowerShell' }
            editions = @('2023-01')
            capabilities = @('users', 'authorityFlag')
            choices = @{}
        }
    }

    # Forget everything; $features are the switches to start with.
    reset = { param($features) $script:cloud = New-Map }

    # Every cloud object there is; one in the recycle bin has deleted = $true.
    cloudObjects = { $script:cloud.get_Values() }

    # An administrator creates it: give it an id for life, and return that.
    createCloudObject = {
        param($setup)
        $id = [string] ($script:cloud.get_Count() + 1)
        $setup['id'] = $id
        $setup['onPremisesSyncEnabled'] = $false
        $script:cloud[$id] = $setup
        $id
    }

    # Connect runs one full cycle over these objects. With objectResults: by key, @{ result = 'provisioned' } and so on.
    sync = { param($onPremises) @{} }

    # Commands of an administrator, by their names. He edits the object: Get-Changed $object $command['set'],
    updateCloudObject = { param($id, $command) Stop-Unsupported 'cloudEdits' }
    # writes $command['value'] as its anchor, $null for none,
    setImmutableId = { param($id, $command) Stop-Unsupported 'immutableIdWrite' }
    # gives the user $command['role'], or takes it away,
    assignRole = { param($id, $command) Stop-Unsupported 'roles' }
    removeRole = { param($id, $command) Stop-Unsupported 'roles' }
    # takes it out of the recycle bin. deleteCloudObject: recycleBin, or with $command['permanently'] hardDelete.
    restoreCloudObject = { param($id, $command) Stop-Unsupported 'recycleBin' }
    # setFeature = { param($command) }: turns $command['feature'] to $command['value']; softMatchSwitch, passwords, …
    # reinstallConnect = { param($command) }: Connect forgets what it had joined; reinstall. Others go by their names too.
}
