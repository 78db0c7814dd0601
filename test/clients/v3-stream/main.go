// A client of the v3 contract with nothing but the standard library. It decodes every answer strictly: a member
// that the contract does not have, or one of another type, ends it with an error. In the stream it sends a record
// only when it has read the answer to the one before, over one connection.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"
)

type metadata struct {
	Self         string  `json:"self"`
	ResourceName *string `json:"resource_name"`
	Next         *string `json:"next"`
}

type related struct {
	Related string `json:"related"`
}

type cluster struct {
	Kind                   string   `json:"kind"`
	Metadata               metadata `json:"metadata"`
	ClusterID              string   `json:"cluster_id"`
	Controller             *related `json:"controller"`
	Acls                   related  `json:"acls"`
	Brokers                related  `json:"brokers"`
	BrokerConfigs          related  `json:"broker_configs"`
	ConsumerGroups         related  `json:"consumer_groups"`
	Topics                 related  `json:"topics"`
	PartitionReassignments related  `json:"partition_reassignments"`
}

type broker struct {
	Kind              string   `json:"kind"`
	Metadata          metadata `json:"metadata"`
	ClusterID         string   `json:"cluster_id"`
	BrokerID          int32    `json:"broker_id"`
	Host              *string  `json:"host"`
	Port              *int32   `json:"port"`
	Rack              *string  `json:"rack"`
	Configs           related  `json:"configs"`
	PartitionReplicas related  `json:"partition_replicas"`
}

type topic struct {
	Kind                   string   `json:"kind"`
	Metadata               metadata `json:"metadata"`
	ClusterID              string   `json:"cluster_id"`
	TopicName              string   `json:"topic_name"`
	IsInternal             bool     `json:"is_internal"`
	ReplicationFactor      int32    `json:"replication_factor"`
	PartitionsCount        int32    `json:"partitions_count"`
	Partitions             related  `json:"partitions"`
	Configs                related  `json:"configs"`
	PartitionReassignments related  `json:"partition_reassignments"`
	AuthorizedOperations   []string `json:"authorized_operations"`
}

type partition struct {
	Kind         string   `json:"kind"`
	Metadata     metadata `json:"metadata"`
	ClusterID    string   `json:"cluster_id"`
	TopicName    string   `json:"topic_name"`
	PartitionID  int32    `json:"partition_id"`
	Leader       *related `json:"leader"`
	Replicas     related  `json:"replicas"`
	Reassignment related  `json:"reassignment"`
}

type replica struct {
	Kind        string   `json:"kind"`
	Metadata    metadata `json:"metadata"`
	ClusterID   string   `json:"cluster_id"`
	TopicName   string   `json:"topic_name"`
	PartitionID int32    `json:"partition_id"`
	BrokerID    int32    `json:"broker_id"`
	IsLeader    bool     `json:"is_leader"`
	IsInSync    bool     `json:"is_in_sync"`
	Broker      related  `json:"broker"`
}

type setting struct {
	Kind        string     `json:"kind"`
	Metadata    metadata   `json:"metadata"`
	ClusterID   string     `json:"cluster_id"`
	TopicName   string     `json:"topic_name"`
	Name        string     `json:"name"`
	Value       *string    `json:"value"`
	IsDefault   bool       `json:"is_default"`
	IsReadOnly  bool       `json:"is_read_only"`
	IsSensitive bool       `json:"is_sensitive"`
	Source      string     `json:"source"`
	Synonyms    []struct{} `json:"synonyms"`
}

type list[T any] struct {
	Kind     string   `json:"kind"`
	Metadata metadata `json:"metadata"`
	Data     []T      `json:"data"`
}

type part struct {
	Type string `json:"type"`
	Size int64  `json:"size"`
}

type produced struct {
	ErrorCode   int        `json:"error_code"`
	ClusterID   string     `json:"cluster_id"`
	TopicName   string     `json:"topic_name"`
	PartitionID int32      `json:"partition_id"`
	Offset      int64      `json:"offset"`
	Timestamp   *time.Time `json:"timestamp"`
	Key         *part      `json:"key"`
	Value       *part      `json:"value"`
}

type failure struct {
	ID        string `json:"id"`
	ErrorCode int    `json:"error_code"`
	Message   string `json:"message"`
}

type success struct {
	ID string `json:"id"`
	produced
}

type batch struct {
	Successes []success `json:"successes"`
	Failures  []failure `json:"failures"`
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func strictly[T any](from io.Reader) T {
	var value T
	decoder := json.NewDecoder(from)
	decoder.DisallowUnknownFields()
	check(decoder.Decode(&value))
	return value
}

func call[T any](method string, url string, status int, body string) T {
	request, err := http.NewRequest(method, url, bytes.NewBufferString(body))
	check(err)
	request.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(request)
	check(err)
	defer answer.Body.Close()
	if answer.StatusCode != status {
		text, _ := io.ReadAll(answer.Body)
		check(fmt.Errorf("%s %s: %d %s", method, url, answer.StatusCode, text))
	}
	return strictly[T](answer.Body)
}

func get[T any](url string) T {
	return call[T]("GET", url, 200, "")
}

// stream sends each record when the answer to the one before it was read.
func stream(url string, count int) []produced {
	reader, writer := io.Pipe()
	request, err := http.NewRequest("POST", url, reader)
	check(err)
	request.Header.Set("Content-Type", "application/json")
	send := func(n int) {
		_, err := fmt.Fprintf(writer, `{"key":{"type":"STRING","data":"k"},"value":{"type":"JSON","data":%d}}`, n)
		check(err)
	}
	go send(0)
	answer, err := http.DefaultClient.Do(request)
	check(err)
	defer answer.Body.Close()
	lines := bufio.NewReader(answer.Body)
	answers := []produced{}
	for n := 1; n <= count; n++ {
		line, err := lines.ReadBytes('\n')
		check(err)
		answers = append(answers, strictly[produced](bytes.NewReader(line)))
		if n < count {
			send(n)
		}
	}
	check(writer.Close())
	rest, err := io.ReadAll(lines)
	check(err)
	if len(rest) > 0 {
		check(fmt.Errorf("more than was asked for: %s", rest))
	}
	return answers
}

func main() {
	url := os.Args[1]
	clusters := get[list[cluster]](url + "/v3/clusters")
	base := clusters.Data[0].Metadata.Self
	topics := base + "/topics"
	made := call[topic]("POST", topics, 201, `{"topic_name":"go","partitions_count":1,"replication_factor":1}`)
	orders := topics + "/orders"
	entries := `{"entries":[{"id":"a","value":{"type":"JSON","data":1}},{"id":"b","value":{"type":"BINARY","data":"?"}}]}`
	check(json.NewEncoder(os.Stdout).Encode(map[string]any{
		"cluster":    get[cluster](base),
		"brokers":    get[list[broker]](base + "/brokers"),
		"made":       made,
		"topics":     get[list[topic]](topics),
		"partitions": get[list[partition]](orders + "/partitions"),
		"replicas":   get[list[replica]](orders + "/partitions/0/replicas"),
		"configs":    get[list[setting]](orders + "/configs"),
		"batch":      call[batch]("POST", orders+"/records:batch", 207, entries),
		"stream":     stream(orders+"/records", 20),
	}))
}
