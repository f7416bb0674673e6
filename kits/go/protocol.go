// The adapter protocol of entra-conformance, version 1. adapter.go is yours to fill in; this file you need not touch.
//
// It reads requests from standard input and answers them on standard output, keeps the on-premises directory and the
// suite's names for cloud objects, and passes every other command to your adapter by its name.

package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
)

// Object is anything of the protocol that has fields.
type Object = map[string]any

// Command carries out a command on the cloud object with this id; where the command names none, the id is empty.
type Command func(id string, command Object) error

// Implementation is what an adapter fills in.
type Implementation interface {
	Describe() Object
	Reset(features Object) error
	CloudObjects() []Object
	CreateCloudObject(setup Object) (string, error)
	Sync(onPremises []Object) (map[string]Object, error)
	Commands() map[string]Command
}

type refused struct{ why string }
type unsupported struct{ capability string }

func (r refused) Error() string     { return r.why }
func (u unsupported) Error() string { return "unsupported: " + u.capability }

var errNotFound = errors.New("a reference or a key names nothing")

// Refused says that your implementation does not carry a command out, and has changed nothing.
func Refused(why string) error { return refused{why} }

// Unsupported says that a command takes a capability that is not declared.
func Unsupported(capability string) error { return unsupported{capability} }

// Text is the text in a field, empty where it has no value.
func Text(object Object, field string) string {
	text, _ := object[field].(string)
	return text
}

// Flag is the flag in a field, false where it has no value.
func Flag(object Object, field string) bool {
	flag, _ := object[field].(bool)
	return flag
}

func fields(object Object, field string) Object {
	value, _ := object[field].(Object)
	return value
}

// objects are the entries of a list of objects.
func objects(object Object, field string) []Object {
	list, _ := object[field].([]any)
	var found []Object
	for _, entry := range list {
		if entry, ok := entry.(Object); ok {
			found = append(found, entry)
		}
	}
	return found
}

// merged has the fields of both without those that are empty; those of the second win.
func merged(before, after Object) Object {
	result := Object{}
	for _, from := range []Object{before, after} {
		for name, value := range from {
			result[name] = value
		}
	}
	for name, value := range result {
		list, isList := value.([]any)
		mapping, isMapping := value.(Object)
		if value == nil || isList && len(list) == 0 || isMapping && len(mapping) == 0 {
			delete(result, name)
		}
	}
	return result
}

// WithChanges is an object after an update: a field that set does not name stays, null or an empty list empties one,
// attributes merge name by name. The object itself stays as it is.
func WithChanges(object, set Object) Object {
	attributes := merged(fields(object, "attributes"), fields(set, "attributes"))
	return merged(merged(object, set), Object{"attributes": attributes})
}

// The capability that a command takes, for commands that an adapter has nothing for.
var capabilities = map[string]string{
	"removeOnPremisesObject": "scope", "updateCloudObject": "cloudEdits", "setImmutableId": "immutableIdWrite",
	"assignRole": "roles", "removeRole": "roles", "deleteCloudObject": "recycleBin", "restoreCloudObject": "recycleBin",
	"reinstallConnect": "reinstall", "makeEligible": "roleEligibility", "removeEligibility": "roleEligibility",
	"setOnPremisesObjectIdentifier": "objectIdentifier", "setCloudManaged": "sourceOfAuthority",
}
var switches = map[string]string{
	"softMatch": "softMatchSwitch", "blockSoftMatchEnabled": "softMatchSwitch",
	"passwordHashSync": "passwords", "passwordSyncEnabled": "passwords",
	"blockCloudObjectTakeoverThroughHardMatch":             "hardMatchSwitch",
	"blockCloudObjectTakeoverThroughHardMatchEnabled":      "hardMatchSwitch",
	"softMatchOnUpnEnabled":                                "softMatchOnUpnSwitch",
	"allowOnPremUpdateOfOnPremisesObjectIdentifierEnabled": "identifierUpdateSwitch",
}

func capabilityOf(command Object) string {
	switch do := Text(command, "do"); {
	case do == "setFeature":
		return switches[Text(command, "feature")]
	case do == "deleteCloudObject" && Flag(command, "permanently"):
		return "hardDelete"
	default:
		return capabilities[do]
	}
}

// copied is a value as JSON has it, so that later changes do not reach it.
func copied[T any](value any) (result T, err error) {
	text, err := json.Marshal(value)
	if err == nil {
		err = json.Unmarshal(text, &result)
	}
	return result, err
}

// directory keeps the objects in their order.
type directory struct {
	keys    []string
	objects map[string]Object
}

func (d *directory) put(object Object) {
	key := Text(object, "key")
	if _, known := d.objects[key]; !known {
		d.keys = append(d.keys, key)
	}
	d.objects[key] = object
}

func (d *directory) all() []Object {
	all := []Object{}
	for _, key := range d.keys {
		if object, is := d.objects[key]; is {
			all = append(all, object)
		}
	}
	return all
}

type conversation struct {
	adapter    Implementation
	onPremises directory
	names      map[string]map[string]string // what commands call a cloud object, and its id
	over       bool
}

// Methods

func (c *conversation) call(method string, params Object) (any, error) {
	switch method {
	case "initialize":
		described := merged(Object{"protocol": 1}, c.adapter.Describe())
		declared, err := copied[[]string](described["capabilities"])
		described["capabilities"] = append(declared, "batch")
		return described, err
	case "reset":
		snapshot, err := c.reset(params)
		return Object{"snapshot": snapshot}, err
	case "apply":
		return c.apply(fields(params, "command"))
	case "runCase":
		snapshot, err := c.reset(params)
		steps := []any{}
		for _, command := range objects(params, "commands") {
			if err != nil {
				break
			}
			var step any
			step, err = c.apply(command)
			steps = append(steps, step)
		}
		return Object{"snapshot": snapshot, "steps": steps}, err
	case "shutdown":
		c.over = true
		return Object{}, nil
	}
	return nil, nil
}

func (c *conversation) reset(params Object) (Object, error) {
	tenant := fields(params, "tenant")
	c.onPremises = directory{objects: map[string]Object{}}
	for _, object := range objects(tenant, "onPremises") {
		c.onPremises.put(object)
	}
	c.names = map[string]map[string]string{"label": {}, "joinedTo": {}, "quarantinedFor": {}}
	if err := c.adapter.Reset(fields(tenant, "features")); err != nil {
		return nil, err
	}
	for _, setup := range objects(tenant, "cloud") {
		if err := c.createCloudObject(setup); err != nil {
			return nil, err
		}
	}
	return c.snapshot()
}

func (c *conversation) apply(command Object) (Object, error) {
	if c.names == nil {
		return nil, errors.New("reset comes before apply")
	}
	outcome := Object{"status": "ok"}
	results, err := c.carryOut(command)
	var why refused
	switch {
	case errors.As(err, &why):
		outcome = Object{"status": "refused", "message": why.why}
	case errors.Is(err, errNotFound):
		outcome = Object{"status": "notFound"}
	case err != nil:
		return nil, err
	case results != nil:
		outcome["objects"] = results
	}
	snapshot, err := c.snapshot()
	return Object{"outcome": outcome, "snapshot": snapshot}, err
}

// snapshot is the present state, copied, so that later commands do not change it.
func (c *conversation) snapshot() (Object, error) {
	return copied[Object](Object{"cloud": c.adapter.CloudObjects(), "onPremises": c.onPremises.all()})
}

// Commands

func (c *conversation) carryOut(command Object) (map[string]Object, error) {
	switch do := Text(command, "do"); do {
	case "sync":
		return c.sync()
	case "createCloudObject":
		return nil, c.createCloudObject(fields(command, "object"))
	case "createOnPremisesObject", "updateOnPremisesObject", "removeOnPremisesObject":
		return nil, c.changeOnPremises(do, command)
	default:
		run, known := c.adapter.Commands()[do]
		if !known {
			return nil, Unsupported(capabilityOf(command))
		}
		id := ""
		if reference := fields(command, "object"); reference != nil {
			var err error
			if id, err = c.find(reference); err != nil {
				return nil, err
			}
		}
		return nil, run(id, command)
	}
}

func (c *conversation) createCloudObject(object Object) error {
	setup, label := merged(object, nil), Text(object, "label")
	delete(setup, "label")
	if _, known := c.names["label"][label]; known {
		return Refused("the label is in use")
	}
	id, err := c.adapter.CreateCloudObject(setup)
	if err == nil {
		c.names["label"][label] = id
	}
	return err
}

func (c *conversation) changeOnPremises(do string, command Object) error {
	if object := fields(command, "object"); object != nil {
		if _, known := c.onPremises.objects[Text(object, "key")]; known {
			return Refused("the key is in use")
		}
		c.onPremises.put(object)
		return nil
	}
	if do == "removeOnPremisesObject" && !c.declares("scope") {
		return Unsupported("scope")
	}
	before, known := c.onPremises.objects[Text(command, "key")]
	if !known {
		return errNotFound
	}
	if do == "removeOnPremisesObject" {
		delete(c.onPremises.objects, Text(command, "key"))
	} else {
		c.onPremises.put(WithChanges(before, fields(command, "set")))
	}
	return nil
}

func (c *conversation) declares(capability string) bool {
	declared, _ := copied[[]string](c.adapter.Describe()["capabilities"])
	for _, word := range declared {
		if word == capability {
			return true
		}
	}
	return false
}

func (c *conversation) sync() (map[string]Object, error) {
	onPremises, err := copied[[]Object](c.onPremises.all())
	if err != nil {
		return nil, err
	}
	results, err := c.adapter.Sync(onPremises)
	if err != nil {
		return nil, err
	}
	if results == nil {
		results = map[string]Object{}
	}
	for _, object := range c.onPremises.all() {
		key := Text(object, "key")
		link := Text(results[key], "cloudId")
		for _, other := range c.adapter.CloudObjects() {
			isIt := Flag(other, "onPremisesSyncEnabled") && !Flag(other, "deleted") && other["kind"] == object["kind"] &&
				Text(other, "onPremisesImmutableId") == Text(object, "sourceAnchor")
			if link != "" {
				isIt = Text(other, "id") == link
			}
			switch {
			case isIt && Flag(other, "quarantined"):
				c.names["quarantinedFor"][key] = Text(other, "id")
			case isIt:
				c.names["joinedTo"][key] = Text(other, "id")
			}
		}
	}
	return results, nil
}

// find is the id of the cloud object that a command names, deleted or not.
func (c *conversation) find(reference Object) (string, error) {
	for way, ids := range c.names {
		name, named := reference[way].(string)
		if id, known := ids[name]; named && known {
			for _, object := range c.adapter.CloudObjects() {
				if Text(object, "id") == id {
					return id, nil
				}
			}
		}
	}
	return "", errNotFound
}

// JSON-RPC

// answer is the reply to one line.
func (c *conversation) answer(line []byte) (reply Object) {
	reply = Object{"jsonrpc": "2.0", "id": nil}
	failed := func(code int, message string) Object {
		reply["error"] = Object{"code": code, "message": message}
		return reply
	}
	// A mistake in the adapter or behind it: say so, and go on.
	defer func() {
		if problem := recover(); problem != nil {
			fmt.Fprintf(os.Stderr, "%v\n%s", problem, debug.Stack())
			failed(-32603, fmt.Sprint(problem))
		}
	}()
	var read any
	if err := json.Unmarshal(line, &read); err != nil {
		return failed(-32700, "not JSON: "+err.Error())
	}
	request, isObject := read.(Object)
	if !isObject {
		return failed(-32600, "a request is an object")
	}
	reply["id"] = request["id"]
	result, err := c.call(Text(request, "method"), fields(request, "params"))
	var missing unsupported
	switch {
	case errors.As(err, &missing):
		failed(-32001, "unsupported")
		if missing.capability != "" {
			reply["error"].(Object)["data"] = Object{"capability": missing.capability}
		}
	case err != nil:
		fmt.Fprintln(os.Stderr, err)
		failed(-32603, err.Error())
	case result == nil:
		failed(-32601, fmt.Sprintf("unknown method %v", request["method"]))
	default:
		reply["result"] = result
	}
	return reply
}

// Serve answers requests until the suite says that it is over, or is gone.
func Serve(adapter Implementation) {
	// Replies get standard output for themselves: what anything else prints goes to standard error.
	replies := os.Stdout
	os.Stdout = os.Stderr
	lines := bufio.NewReader(os.Stdin)
	for c := (&conversation{adapter: adapter}); !c.over; {
		line, err := lines.ReadBytes('\n')
		if err == io.EOF && len(line) == 0 {
			return
		}
		reply, problem := json.Marshal(c.answer(line))
		if problem != nil {
			fmt.Fprintln(os.Stderr, problem)
			os.Exit(1)
		}
		if _, err := replies.Write(append(reply, '\n')); err != nil {
			return // nobody reads any more
		}
	}
}
