// Verifies what Baken signed and proved with Go's own implementation, golang.org/x/mod/sumdb: the notes of its checkpoints,
// their roots from the hashes of leaves, inclusion and consistency proofs, and a second party's cosignature. Then it signs a
// checkpoint itself, for Baken to verify.
//
//	oracle FOLDER PROOFS KEY COSIGNED COSIGNER PRIVATE SIGNED
package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func must(err error, of string) {
	if err != nil {
		log.Fatalf("%s: %v", of, err)
	}
}

func read(path string) []byte {
	content, err := os.ReadFile(path)
	must(err, path)
	return content
}

// A tree as tlog stores it, from the hashes of its leaves.
func stored(leaves []byte) (int64, tlog.HashReader) {
	var hashes []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		found := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			found[i] = hashes[index]
		}
		return found, nil
	})
	size := int64(len(leaves) / tlog.HashSize)
	for n := int64(0); n < size; n++ {
		more, err := tlog.StoredHashesForRecordHash(n, leaf(leaves, n), reader)
		must(err, "a leaf")
		hashes = append(hashes, more...)
	}
	return size, reader
}

func leaf(leaves []byte, n int64) (hash tlog.Hash) {
	copy(hash[:], leaves[n*tlog.HashSize:])
	return hash
}

// The size and root of a checkpoint that the verifier's key has signed.
func opened(content []byte, verifier note.Verifier) (int64, tlog.Hash, string) {
	opened, err := note.Open(content, note.VerifierList(verifier))
	must(err, "a checkpoint")
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[3] != "" {
		log.Fatalf("not three lines: %q", opened.Text)
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	must(err, "a size")
	root, err := tlog.ParseHash(lines[2])
	must(err, "a root")
	return size, root, lines[0]
}

// cosignature/v1 of C2SP tlog-cosignature, which sumdb/note does not know: the spec's own words in Go.
type cosigner struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

func (c cosigner) Name() string    { return c.name }
func (c cosigner) KeyHash() uint32 { return c.hash }
func (c cosigner) Verify(text, signature []byte) bool {
	if len(signature) != 8+ed25519.SignatureSize {
		return false
	}
	message := fmt.Sprintf("cosignature/v1\ntime %d\n%s", binary.BigEndian.Uint64(signature), text)
	return ed25519.Verify(c.key, []byte(message), signature[8:])
}

func cosignerOf(vkey string) cosigner {
	parts := strings.SplitN(vkey, "+", 3)
	key, err := base64.StdEncoding.DecodeString(parts[2])
	must(err, "a cosigner's key")
	if key[0] != 4 {
		log.Fatalf("a cosigner's key is of kind 4, and this one of %d", key[0])
	}
	sum := sha256.Sum256(append([]byte(parts[0]+"\n"), key...))
	if fmt.Sprintf("%x", sum[:4]) != parts[1] {
		log.Fatalf("the id of %s is %x", vkey, sum[:4])
	}
	return cosigner{parts[0], binary.BigEndian.Uint32(sum[:4]), key[1:]}
}

type proofs struct {
	Inclusion []struct {
		Size, Index int64
		Proof       tlog.RecordProof
	}
	Consistency []struct {
		Old, New int64
		Proof    tlog.TreeProof
	}
}

func main() {
	folder, proved, key, cosigned, second, private, signed :=
		os.Args[1], os.Args[2], os.Args[3], os.Args[4], os.Args[5], os.Args[6], os.Args[7]
	verifier, err := note.NewVerifier(strings.TrimSpace(string(read(key))))
	must(err, key)
	leaves := read(filepath.Join(folder, "leaves"))
	size, reader := stored(leaves)

	files, err := filepath.Glob(filepath.Join(folder, "checkpoints", "*"))
	must(err, folder)
	roots := map[int64]tlog.Hash{}
	origin := ""
	for _, file := range files {
		n, root, of := opened(read(file), verifier)
		computed, err := tlog.TreeHash(n, reader)
		must(err, file)
		if computed != root {
			log.Fatalf("%s: its root is %s, and of its leaves %s", file, root, computed)
		}
		roots[n], origin = root, of
	}
	fmt.Printf("%d checkpoints of %s: signatures and roots, the largest of %d leaves\n", len(roots), origin, size)

	var all proofs
	must(json.Unmarshal(read(proved), &all), proved)
	for _, one := range all.Inclusion {
		err := tlog.CheckRecord(one.Proof, one.Size, roots[one.Size], one.Index, leaf(leaves, one.Index))
		must(err, fmt.Sprintf("leaf %d of %d", one.Index, one.Size))
		if tlog.CheckRecord(one.Proof, one.Size, roots[one.Size], one.Index, tlog.RecordHash([]byte("forged"))) == nil {
			log.Fatalf("a forged leaf %d of %d is taken", one.Index, one.Size)
		}
	}
	for _, one := range all.Consistency {
		err := tlog.CheckTree(one.Proof, one.New, roots[one.New], one.Old, roots[one.Old])
		must(err, fmt.Sprintf("from %d to %d", one.Old, one.New))
	}
	if len(all.Inclusion) == 0 || len(all.Consistency) == 0 {
		log.Fatal("there are no proofs")
	}
	fmt.Printf("%d inclusion and %d consistency proofs\n", len(all.Inclusion), len(all.Consistency))

	both := note.VerifierList(verifier, cosignerOf(strings.TrimSpace(string(read(second)))))
	opened, err := note.Open(read(cosigned), both)
	must(err, cosigned)
	if len(opened.Sigs) != 2 || len(opened.UnverifiedSigs) != 0 {
		log.Fatalf("%s is not signed by both", cosigned)
	}
	if _, err := note.Open(bytes.Replace(read(cosigned), []byte("\n"+strconv.FormatInt(size, 10)+"\n"), []byte("\n1\n"), 1), both); err == nil {
		log.Fatal("a changed checkpoint is taken")
	}
	fmt.Println("a cosignature")

	signer, err := note.NewSigner(strings.TrimSpace(string(read(private))))
	must(err, private)
	root, err := tlog.TreeHash(size, reader)
	must(err, "the tree")
	text := fmt.Sprintf("%s\n%d\n%s\n", origin, size, root)
	content, err := note.Sign(&note.Note{Text: text}, signer)
	must(err, "signing")
	must(os.WriteFile(signed, content, 0o600), signed)
}
