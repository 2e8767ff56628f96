package main

import (
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"os"
)

// page is an answer of GET /events: Next asks for what is behind it, End is the log's last position.
type page struct {
	Events []struct {
		Type, Source string
		Position     int64
		Data         json.RawMessage
	}
	Next, End int64
}

// readLog asks the owner for what it told above a position.
func readLog(after int64) (read page) {
	urls := map[string]string{}
	must(urls, json.Unmarshal([]byte(os.Getenv("RECADO_EVENTS_URLS")), &urls))
	asked := must(http.NewRequest("GET", fmt.Sprintf("%s/events?after=%d", urls["conversations"], after), nil))
	asked.Header.Set("Authorization", "Bearer "+os.Getenv("RECADO_SERVICE_TOKEN"))
	answer := must(http.DefaultClient.Do(asked))
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		log.Fatalf("GET /events answers %s", answer.Status)
	}
	must(read, json.NewDecoder(answer.Body).Decode(&read))
	return read
}
