package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"sort"
)

// state is what is kept between two runs, in one step: what it is for, and how far it has read.
type state struct {
	Talks     map[string]*talk `json:"talks"`
	Source    string           `json:"source"`
	Positions []int64          `json:"positions"`
	Offsets   []int64          `json:"offsets"`
	shown     string
}

type talk struct {
	Organisation, Assignee string
	IsOpen                 bool
}

// data has the members used here, of all that contracts/schemas/readers promise.
type data struct {
	OrganisationID string `json:"organisation_id"`
	ConversationID string `json:"conversation_id"`
	UserID         string `json:"user_id"`
}

var folds = map[string]func(map[string]*talk, data){
	"conversations.conversation-opened.v1": func(talks map[string]*talk, told data) {
		talks[told.ConversationID] = &talk{told.OrganisationID, "nobody", true}
	},
	"conversations.conversation-assigned.v1": func(talks map[string]*talk, told data) {
		talks[told.ConversationID].Assignee = told.UserID
	},
	"conversations.conversation-closed.v1": func(talks map[string]*talk, told data) {
		talks[told.ConversationID].IsOpen = false
	},
	"conversations.conversation-reopened.v1": func(talks map[string]*talk, told data) {
		talks[told.ConversationID].IsOpen = true
	},
}

var errAnotherLog = errors.New("the owner's database was restored and has forgotten some of what it told")

// take folds an event once: a position not above the last one of its partition has been there before.
func (s *state) take(partition int32, source string, position int64, kind string, raw []byte) error {
	if s.Source == "" {
		s.Source = source
	}
	if source != s.Source {
		return errAnotherLog
	}
	if position <= s.Positions[partition] {
		return nil
	}
	s.Positions[partition] = position
	if fold, isKnown := folds[kind]; isKnown {
		var told data
		if err := json.Unmarshal(raw, &told); err != nil {
			return err
		}
		fold(s.Talks, told)
	}
	return nil
}

func (s *state) hasReached(ends []int64) bool {
	for partition, end := range ends {
		if s.Offsets[partition] < end {
			return false
		}
	}
	return true
}

// kept is the state in a file, or an empty one.
func kept(file string) *state {
	found := &state{Talks: map[string]*talk{}, Positions: make([]int64, partitions)}
	if text, err := os.ReadFile(file); !errors.Is(err, os.ErrNotExist) {
		must(found, json.Unmarshal(must(text, err), found))
	}
	return found
}

// keepAndShow writes in one step, so that no crash leaves half of it, and prints what has changed.
func (s *state) keepAndShow(file string) {
	text := must(json.Marshal(s))
	must(file, os.WriteFile(file+".partial", text, 0o600))
	must(file, os.Rename(file+".partial", file))
	people := map[string]map[string][]string{}
	for id, talk := range s.Talks {
		if talk.IsOpen {
			if people[talk.Organisation] == nil {
				people[talk.Organisation] = map[string][]string{}
			}
			people[talk.Organisation][talk.Assignee] = append(people[talk.Organisation][talk.Assignee], id)
		}
	}
	for _, organisation := range people {
		for _, ids := range organisation {
			sort.Strings(ids)
		}
	}
	if line := string(must(json.Marshal(people))); line != s.shown {
		fmt.Println(line)
		s.shown = line
	}
}
