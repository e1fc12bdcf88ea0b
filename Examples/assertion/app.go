// An application that believes nobody but the gate, on Go 1.19 or later, with the standard library alone.
// Run it with: go run Examples/assertion/app.go PORT JWKS_URL AUDIENCE
package main

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"math/big"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"
)

type key struct{ Kid, Kty, Crv, Alg, X, Y string }

// keySet fetches keys anew for a name that is not known, at most once a second, and after five minutes.
type keySet struct {
	url     string
	lock    sync.Mutex
	keys    map[string]key
	fetched time.Time
}

func (set *keySet) find(kid string) (key, error) {
	set.lock.Lock()
	defer set.lock.Unlock()
	found, known := set.keys[kid]
	if age := time.Since(set.fetched); age > 5*time.Minute || (age > time.Second && !known) {
		response, err := http.Get(set.url)
		if err != nil {
			return key{}, err
		}
		defer response.Body.Close()
		var body struct{ Keys []key }
		if err := json.NewDecoder(response.Body).Decode(&body); err != nil {
			return key{}, err
		}
		set.keys, set.fetched = map[string]key{}, time.Now()
		for _, key := range body.Keys {
			set.keys[key.Kid] = key
		}
		found, known = set.keys[kid]
	}
	if !known {
		return key{}, errors.New("the key is not known")
	}
	return found, nil
}

func isSigned(key key, message string, signature []byte) bool {
	x, _ := base64.RawURLEncoding.DecodeString(key.X)
	switch {
	case key.Alg == "EdDSA" && key.Crv == "Ed25519" && len(x) == ed25519.PublicKeySize:
		return ed25519.Verify(x, []byte(message), signature)
	case key.Alg == "ES256" && key.Crv == "P-256" && len(signature) == 64:
		y, _ := base64.RawURLEncoding.DecodeString(key.Y)
		public := ecdsa.PublicKey{Curve: elliptic.P256(), X: new(big.Int).SetBytes(x), Y: new(big.Int).SetBytes(y)}
		digest := sha256.Sum256([]byte(message))
		r, s := new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:])
		return ecdsa.Verify(&public, digest[:], r, s)
	}
	return false
}

type claims struct {
	Aud, Sub, Method, Path string
	Iat, Exp               int64
	Claims                 map[string]any
}

// verified gives what the gate says of the caller; an error for anything that it did not say of this request.
func verified(r *http.Request, keys *keySet, audience string) (claims, error) {
	var header struct{ Typ, Alg, Kid string }
	var payload claims
	parts := strings.Split(r.Header.Get("Sallyport-Assertion"), ".")
	if len(parts) != 3 || decode(parts[0], &header) != nil || decode(parts[1], &payload) != nil {
		return claims{}, errors.New("this is no JWT")
	}
	if header.Typ != "sallyport-assertion+jwt" {
		return claims{}, errors.New("this is no assertion")
	}
	key, err := keys.find(header.Kid)
	if err != nil {
		return claims{}, err
	}
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil || key.Alg != header.Alg || !isSigned(key, parts[0]+"."+parts[1], signature) {
		return claims{}, errors.New("it is not signed by the gate")
	}
	now := time.Now().Unix()
	path, _, _ := strings.Cut(r.RequestURI, "?")
	switch {
	case payload.Iat-5 > now || now >= payload.Exp+5:
		return claims{}, errors.New("it has expired")
	case payload.Aud != audience:
		return claims{}, errors.New("it is for somebody else")
	case payload.Method != r.Method || payload.Path != path:
		return claims{}, errors.New("it was made for another request")
	}
	return payload, nil
}

func decode(part string, value any) error {
	bytes, err := base64.RawURLEncoding.DecodeString(part)
	if err != nil {
		return err
	}
	return json.Unmarshal(bytes, value)
}

func main() {
	port, keys, audience := os.Args[1], &keySet{url: os.Args[2]}, os.Args[3]
	handler := func(w http.ResponseWriter, r *http.Request) {
		claims, err := verified(r, keys, audience)
		if err != nil {
			http.Error(w, "This request did not come through the gate.", http.StatusUnauthorized)
			return
		}
		if claims.Sub == "" {
			claims.Sub = "stranger"
		}
		fmt.Fprintf(w, "Hello, %s.\n", claims.Sub)
	}
	log.Fatal(http.ListenAndServe("127.0.0.1:"+port, http.HandlerFunc(handler)))
}
