// Reads a compose file as `docker compose config` does, with the same loader: schema, anchors, references.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/compose-spec/compose-go/v2/cli"
)

func main() {
	options, err := cli.NewProjectOptions(os.Args[1:], cli.WithOsEnv, cli.WithDotEnv)
	if err == nil {
		project, failed := options.LoadProject(context.Background())
		if failed == nil {
			err = json.NewEncoder(os.Stdout).Encode(project)
		} else {
			err = failed
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
