package example

import (
	"encoding/json"
	"net/http"

	"github.com/supertokens/supertokens-golang/recipe/session"
	"github.com/supertokens/supertokens-golang/recipe/session/sessmodels"
	"github.com/supertokens/supertokens-golang/recipe/usermetadata"
	"github.com/supertokens/supertokens-golang/recipe/userroles"
	"github.com/supertokens/supertokens-golang/recipe/userroles/userrolesclaims"
	"github.com/supertokens/supertokens-golang/supertokens"
)

// Route is one of those that every example serves, all of them behind a session.
type Route struct {
	Method, Path string
	Options      *sessmodels.VerifySessionOptions
	Handle       http.HandlerFunc
}

// Routes are the same for every framework.
func Routes() []Route {
	check := true
	checkDatabase := &sessmodels.VerifySessionOptions{CheckDatabase: &check}
	return []Route{
		{"GET", "/me", nil, answer(describeMe)},
		{"GET", "/checked", checkDatabase, answer(describeMe)},
		{"POST", "/editor", nil, answer(becomeEditor)},
		{"POST", "/sign-out-everywhere", nil, answer(signOutEverywhere)},
	}
}

type object = map[string]any

// Who the session is of, with roles from the session itself and metadata from the core.
func describeMe(container sessmodels.SessionContainer) (object, error) {
	metadata, err := usermetadata.GetUserMetadata(container.GetUserID())
	if err != nil {
		return nil, err
	}
	roles := container.GetClaimValue(userrolesclaims.UserRoleClaim)
	return object{"userId": container.GetUserID(), "roles": roles, "metadata": metadata}, nil
}

// Gives whoever asks a role and a plan; a real application has its own rules for that.
func becomeEditor(container sessmodels.SessionContainer) (object, error) {
	userID := container.GetUserID()
	_, err := userroles.CreateNewRoleOrAddPermissions("editor", []string{"write"})
	if err != nil {
		return nil, err
	}
	if _, err = userroles.AddRoleToUser(container.GetTenantId(), userID, "editor"); err != nil {
		return nil, err
	}
	if _, err = usermetadata.UpdateUserMetadata(userID, object{"plan": "pro"}); err != nil {
		return nil, err
	}
	if err = container.FetchAndSetClaim(userrolesclaims.UserRoleClaim); err != nil {
		return nil, err
	}
	return object{"done": true}, nil
}

// Ends every session of the user, this one too.
func signOutEverywhere(container sessmodels.SessionContainer) (object, error) {
	ended, err := session.RevokeAllSessionsForUser(container.GetUserID(), nil)
	return object{"ended": len(ended)}, err
}

func answer(handle func(sessmodels.SessionContainer) (object, error)) http.HandlerFunc {
	return func(response http.ResponseWriter, request *http.Request) {
		result, err := handle(session.GetSessionFromRequestContext(request.Context()))
		if err != nil {
			err = supertokens.ErrorHandler(err, request, response)
			if err != nil {
				http.Error(response, err.Error(), http.StatusInternalServerError)
			}
			return
		}
		response.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(response).Encode(result)
	}
}
