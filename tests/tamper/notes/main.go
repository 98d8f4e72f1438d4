// Verifies signed notes with Go's own implementation, golang.org/x/mod/sumdb/note, and that a changed one is refused.
//
//	notes KEY NOTE...
package main

import (
	"bytes"
	"fmt"
	"log"
	"os"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

func read(path string) []byte {
	content, err := os.ReadFile(path)
	if err != nil {
		log.Fatal(err)
	}
	return content
}

func main() {
	verifier, err := note.NewVerifier(strings.TrimSpace(string(read(os.Args[1]))))
	if err != nil {
		log.Fatalf("%s: %v", os.Args[1], err)
	}
	for _, path := range os.Args[2:] {
		content := read(path)
		opened, err := note.Open(content, note.VerifierList(verifier))
		if err != nil {
			log.Fatalf("%s: %v", path, err)
		}
		changed := bytes.Replace(content, []byte("\n"), []byte("0\n"), 1)
		if _, err := note.Open(changed, note.VerifierList(verifier)); err == nil {
			log.Fatalf("%s: it is taken with a changed first line", path)
		}
		first, _, _ := strings.Cut(opened.Text, "\n")
		fmt.Printf("signed: %s\n", first)
	}
}
