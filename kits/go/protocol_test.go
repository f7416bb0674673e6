// What protocol.go does for an adapter, on one that has everything the skeleton has not.

package main

import (
	"encoding/json"
	"fmt"
	"reflect"
	"testing"
)

type testAdapter struct{ cloud []Object }

func (a *testAdapter) Describe() Object            { return Object{"capabilities": []string{"users"}} }
func (a *testAdapter) Reset(features Object) error { a.cloud = nil; return nil }
func (a *testAdapter) CloudObjects() []Object      { return a.cloud }

func (a *testAdapter) CreateCloudObject(setup Object) (string, error) {
	setup["id"] = "ann-id"
	a.cloud = append(a.cloud, setup)
	return "ann-id", nil
}

func (a *testAdapter) Sync(onPremises []Object) (map[string]Object, error) {
	for _, object := range onPremises[:2] {
		key := Text(object, "key")
		a.cloud = append(a.cloud, Object{"id": key + "-id", "kind": "user", "onPremisesSyncEnabled": true,
			"onPremisesImmutableId": key, "quarantined": key == "quin"})
		object["key"] = "changed by the implementation"
	}
	return map[string]Object{"linked": {"result": "joined", "cloudId": "ann-id"}}, nil
}

func (a *testAdapter) Commands() map[string]Command {
	return map[string]Command{
		"assignRole": func(id string, command Object) error {
			for _, object := range a.cloud {
				if object["id"] == id {
					object["roles"] = []any{command["role"]}
				}
			}
			return nil
		},
		"setImmutableId":     func(string, Object) error { return Refused("no") },
		"restoreCloudObject": func(string, Object) error { panic("a mistake") },
	}
}

// begun is a conversation after the first cycle, and what that showed.
func begun(t *testing.T) (apply func(command string) Object, synced Object) {
	c := &conversation{adapter: &testAdapter{}}
	say := func(method, params string) Object {
		line := fmt.Sprintf(`{"jsonrpc":"2.0","id":1,"method":%q,"params":%s}`, method, params)
		reply, err := copied[Object](c.answer([]byte(line)))
		if err != nil {
			t.Fatal(err)
		}
		return reply
	}
	say("reset", `{"tenant":{"cloud":[{"label":"ann","kind":"user"}],"onPremises":[
		{"key":"bob","kind":"user","sourceAnchor":"bob"},{"key":"quin","kind":"user","sourceAnchor":"quin"},
		{"key":"linked","kind":"user","sourceAnchor":"linked"}]}}`)
	apply = func(command string) Object { return say("apply", `{"command":`+command+`}`) }
	return apply, apply(`{"do":"sync"}`)
}

func outcome(reply Object) Object { return fields(fields(reply, "result"), "outcome") }

func shown(reply Object, side string) []Object {
	return objects(fields(fields(reply, "result"), "snapshot"), side)
}

func holders(reply Object) (ids []string) {
	for _, object := range shown(reply, "cloud") {
		if object["roles"] != nil {
			ids = append(ids, Text(object, "id"))
		}
	}
	return ids
}

func equal(t *testing.T, actual, expected any) {
	t.Helper()
	if !reflect.DeepEqual(actual, expected) {
		t.Errorf("%v instead of %v", actual, expected)
	}
}

func TestReferencesNameWhatACycleJoinedLinkedOrQuarantined(t *testing.T) {
	for reference, holder := range map[string]string{
		`{"joinedTo":"bob"}`: "bob-id", `{"quarantinedFor":"quin"}`: "quin-id",
		`{"joinedTo":"linked"}`: "ann-id", `{"label":"ann"}`: "ann-id",
	} {
		apply, _ := begun(t)
		equal(t, holders(apply(`{"do":"assignRole","role":"Reader","object":`+reference+`}`)), []string{holder})
	}
	apply, _ := begun(t)
	equal(t, outcome(apply(`{"do":"assignRole","object":{"joinedTo":"quin"}}`)), Object{"status": "notFound"})
}

func TestWhatTheImplementationIsGivenIsItsOwn(t *testing.T) {
	_, synced := begun(t)
	equal(t, Text(shown(synced, "onPremises")[0], "key"), "bob")
}

func TestARefusalIsAnOutcomeAndAMistakeAnError(t *testing.T) {
	apply, _ := begun(t)
	equal(t, outcome(apply(`{"do":"setImmutableId","object":{"label":"ann"}}`)), Object{"status": "refused", "message": "no"})
	equal(t, fields(apply(`{"do":"restoreCloudObject","object":{"label":"ann"}}`), "error")["code"], -32603.0)
	missing := fields(apply(`{"do":"makeEligible","object":{"label":"ann"}}`), "error")
	equal(t, missing["data"], Object{"capability": "roleEligibility"})
}

func TestNullAndAnEmptyListEmptyAField(t *testing.T) {
	read := func(text string) (object Object) {
		if err := json.Unmarshal([]byte(text), &object); err != nil {
			t.Fatal(err)
		}
		return object
	}
	before := read(`{"key":"a","userPrincipalName":"a@x","proxyAddresses":["SMTP:a@x"],"attributes":{"mail":"a@x","c":"d"}}`)
	set := read(`{"userPrincipalName":null,"proxyAddresses":[],"attributes":{"mail":null,"e":"f"}}`)
	equal(t, WithChanges(before, set), read(`{"key":"a","attributes":{"c":"d","e":"f"}}`))
	equal(t, WithChanges(before, Object{}), before)
}
