// Who has which open conversations: a subscriber of recado.conversations.v1. Prints a line of JSON a change.
//
//	subscriber STATE [--until-end]
//
// STATE is a file; while there is none, everything is read from the beginning. With --until-end it stops behind what was
// there when it began. It is told RECADO_KAFKA, RECADO_EVENTS_URLS (each owner and its URL, in JSON), RECADO_SERVICE_TOKEN.
package main

import (
	"context"
	"errors"
	"log"
	"os"
	"strconv"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
)

const (
	topic      = "recado.conversations.v1"
	partitions = 12
)

func main() {
	log.SetFlags(0)
	file, untilEnd := os.Args[1], len(os.Args) > 2 && os.Args[2] == "--until-end"
	for {
		err := follow(file, untilEnd)
		if err == nil {
			return
		}
		if !errors.Is(err, errAnotherLog) && !errors.Is(err, kerr.OffsetOutOfRange) {
			log.Fatal(err)
		}
		os.Remove(file) // restored, or away for longer than Kafka keeps: the log has it all
	}
}

// follow notes where Kafka ends, reads the owner's log, and goes on in Kafka from what was noted.
func follow(file string, untilEnd bool) error {
	state, ends := kept(file), notedEnds()
	for state.Offsets == nil {
		page := readLog(state.Positions[0])
		for _, event := range page.Events {
			if err := state.take(0, event.Source, event.Position, event.Type, event.Data); err != nil {
				return err
			}
		}
		for partition := range state.Positions {
			state.Positions[partition] = page.Next
		}
		if page.Next >= page.End {
			state.Offsets = append([]int64{}, ends...)
		}
	}
	from := map[int32]kgo.Offset{}
	for partition, offset := range state.Offsets {
		from[int32(partition)] = kgo.NewOffset().At(offset)
	}
	client := connect(kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{topic: from}),
		kgo.ConsumeResetOffset(kgo.NoResetOffset()))
	defer client.Close()
	for {
		if state.hasReached(ends) {
			state.keepAndShow(file)
			if untilEnd {
				return nil
			}
		}
		fetches := client.PollFetches(context.Background())
		if err := fetches.Err(); err != nil {
			return err
		}
		for records := fetches.RecordIter(); !records.Done(); {
			if err := state.takeRecord(records.Next()); err != nil {
				return err
			}
		}
	}
}

func (s *state) takeRecord(record *kgo.Record) error {
	head := map[string]string{}
	for _, header := range record.Headers {
		head[header.Key] = string(header.Value)
	}
	position := must(strconv.ParseInt(head["ce_position"], 10, 64))
	s.Offsets[record.Partition] = record.Offset + 1
	return s.take(record.Partition, head["ce_source"], position, head["ce_type"], record.Value)
}

func notedEnds() []int64 {
	client := connect()
	defer client.Close()
	ends := make([]int64, partitions)
	found := must(kadm.NewClient(client).ListEndOffsets(context.Background(), topic))
	found.Each(func(place kadm.ListedOffset) { ends[place.Partition] = must(place.Offset, place.Err) })
	return ends
}

func connect(options ...kgo.Opt) *kgo.Client {
	return must(kgo.NewClient(append(options, kgo.SeedBrokers(os.Getenv("RECADO_KAFKA")))...))
}

func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}
