// Property tests draw the same cases in every run.
package safetensors

import _ "descent/internal/rapidseed"
