// Stands between the conformance suite and what it judges: fill in this file, protocol.go does the rest.
//
// Return Refused("why") where your implementation does not do it, after nothing has changed. What still says Unsupported
// does so until you write it; then add its capability to Describe.

package main

import "strconv"

// Adapter has a tenant: that of your implementation takes the place of these objects.
type Adapter struct{ cloud []Object }

// Describe says what it can be asked to do; cases that take more are not applicable.
func (a *Adapter) Describe() Object {
	return Object{
		"implementation": Object{"name": "my-sync", "version": "0.1.0", "language": "Go"},
		"editions":       []string{"2023-01"},
		"capabilities":   []string{"users", "authorityFlag"},
		"choices":        Object{},
	}
}

// Reset forgets everything; features are the switches to start with.
func (a *Adapter) Reset(features Object) error { a.cloud = []Object{}; return nil }

// CloudObjects are all there are; one in the recycle bin has "deleted": true.
func (a *Adapter) CloudObjects() []Object { return a.cloud }

// CreateCloudObject is an administrator's: give the object an id for life, and return that.
func (a *Adapter) CreateCloudObject(setup Object) (string, error) {
	setup["id"], setup["onPremisesSyncEnabled"] = strconv.Itoa(len(a.cloud)+1), false
	a.cloud = append(a.cloud, setup)
	return Text(setup, "id"), nil
}

// Sync is one full cycle of Connect over these objects. With objectResults: by key, {"result": "provisioned"} and so on.
func (a *Adapter) Sync(onPremises []Object) (map[string]Object, error) { return nil, nil }

// Commands are what else can be asked for: on the cloud object with this id, by an administrator.
func (a *Adapter) Commands() map[string]Command {
	return map[string]Command{
		"updateCloudObject": func(id string, command Object) error { // edits it: WithChanges(object, command["set"].(Object))
			return Unsupported("cloudEdits")
		},
		"setImmutableId": func(id string, command Object) error { // writes Text(command, "value") as its anchor; empty: none
			return Unsupported("immutableIdWrite")
		},
		"assignRole":         func(id string, command Object) error { return Unsupported("roles") }, // gives it Text(command, "role")
		"removeRole":         func(id string, command Object) error { return Unsupported("roles") }, // takes it away
		"restoreCloudObject": func(id string, command Object) error { return Unsupported("recycleBin") },
		// deleteCloudObject: into the recycle bin (recycleBin), for good where Flag(command, "permanently") (hardDelete).
		// setFeature: turns Text(command, "feature") to Flag(command, "value"); softMatchSwitch, passwords, …
		// reinstallConnect: Connect forgets what it had joined; reinstall. Other commands go by their names too.
	}
}

func main() { Serve(&Adapter{}) }
