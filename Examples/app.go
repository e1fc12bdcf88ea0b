// An application behind Sallyport, on net/http. Run it with: go run Examples/app.go
package main

import (
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"strings"
	"unicode/utf16"
)

func passwordsMatch(r *http.Request) bool {
	return r.PostFormValue("username") == "alice" && r.PostFormValue("password") == "wonderland"
}

// ascii is JSON as a header can hold it: other letters are \u escapes.
func ascii(value any) string {
	text, _ := json.Marshal(value)
	var out strings.Builder
	for _, unit := range utf16.Encode([]rune(string(text))) {
		if unit < 0x80 {
			out.WriteByte(byte(unit))
		} else {
			fmt.Fprintf(&out, `\u%04x`, unit)
		}
	}
	return out.String()
}

func handle(w http.ResponseWriter, r *http.Request) {
	user := r.Header.Get("X-User-Id") // set by Sallyport alone; empty for strangers
	switch action := r.Method + " " + r.URL.Path; {
	case action == "POST /login" && passwordsMatch(r):
		w.Header().Set("Sallyport-Issue-Session", ascii(map[string]any{"sub": "alice", "roles": []string{"admin"}}))
		http.Redirect(w, r, "/", http.StatusSeeOther)
	case action == "POST /logout":
		w.Header().Set("Sallyport-End-Session", "session")
		http.Redirect(w, r, "/", http.StatusSeeOther)
	default:
		fmt.Fprintf(w, "Hello, %q.\n", user)
	}
}

func main() {
	log.Fatal(http.ListenAndServe("127.0.0.1:3000", http.HandlerFunc(handle)))
}
