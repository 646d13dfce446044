package train

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"descent/data"
	"descent/internal/reference"
	"descent/optim"
	"descent/param"
)

// optimum is an entry of reference-optima.json: a convex fit on real data,
// computed elsewhere to about 1e-14.
type optimum struct {
	Name, Model string
	Hyper       struct {
		Lambda, Alpha, Q float64
		Ratio            float64 `json:"l1_ratio"`
	}
	N              int
	Objective      float64
	Weights        []float64
	Bias           float64
	WeightsByClass [][]float64 `json:"weights_by_class"`
	Biases         []float64
	BiasesZeroSum  []float64 `json:"biases_zero_sum"`
	TrainAccuracy  float64   `json:"train_accuracy"`
	R2             float64
	StartObjective float64 `json:"start_objective"`
}

func optima(t *testing.T) []*optimum {
	t.Helper()
	text, err := os.ReadFile(reference.Path(t, "tabular", "reference-optima.json"))
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Problems []*optimum }
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	return file.Problems
}

// source says how one of the files becomes the table of its problems.
type source struct {
	file     string
	read     data.ReadOptions
	target   string
	features []string
	divide   float64 // of the target; 0: 1
	scale    data.Scaling
	raw      bool // the reference lists weights in the units of the columns
	flip     bool // the reference calls our first class the positive one
	derive   func(t *testing.T, table *data.Table)
}

var noHeader = data.ReadOptions{Header: data.HeaderNo}
var countLine = data.ReadOptions{Header: data.HeaderNo, Skip: 1}

var sources = map[string]source{
	"diabetes":        {file: "sklearn/diabetes_data_raw.csv.gz", read: data.ReadOptions{Header: data.HeaderNo, Separator: ' '}, target: "target", derive: addDiabetesTarget},
	"concrete":        {file: "uci/concrete.csv"},
	"winequality-red": {file: "uci/winequality-red.csv", read: noHeader},
	"mpg": {file: "seaborn/mpg.csv", target: "mpg",
		features: []string{"cylinders", "displacement", "horsepower", "weight", "acceleration", "model_year"}},
	"california-housing": {file: "uci/california-housing.csv.gz", target: "median_house_value", divide: 100000,
		features: []string{"longitude", "latitude", "housing_median_age", "total_rooms", "total_bedrooms", "population", "households", "median_income"}},
	"diamonds":                {file: "seaborn/diamonds.csv.gz", target: "price", divide: 1000, features: []string{"carat", "depth", "table", "x", "y", "z"}},
	"bike-day":                {file: "uci/bike-day.csv", target: "cnt", divide: 1000, features: []string{"temp", "atemp", "hum", "windspeed"}},
	"engel":                   {file: "statsmodels/engel.csv", target: "foodexp", raw: true},
	"stackloss":               {file: "statsmodels/stackloss.csv", target: "STACKLOSS"},
	"breast-cancer-wisconsin": {file: "sklearn/breast_cancer.csv", read: countLine},
	"banknote":                {file: "uci/banknote_authentication.csv", read: noHeader},
	"sonar":                   {file: "uci/sonar.csv", read: noHeader, flip: true},
	"ionosphere":              {file: "uci/ionosphere.csv", read: noHeader},
	"haberman":                {file: "uci/haberman.csv", read: noHeader},
	"spambase":                {file: "uci/spambase.csv.gz"},
	"isl-default":             {file: "uci/isl-default.csv", target: "default", features: []string{"student", "balance", "income"}, derive: studentAsNumber},
	"spector": {file: "statsmodels/spector.csv", read: data.ReadOptions{Separator: ' ', Names: []string{"OBS", "GPA", "TUCE", "PSI", "GRADE"}, Header: data.HeaderYes},
		target: "GRADE", features: []string{"GPA", "TUCE", "PSI"}, raw: true},
	"heart_scale": {file: "libsvm/heart_scale", target: "label", scale: data.Unscaled},
	"svmguide1":   {file: "libsvm/svmguide1", read: countLine, target: "c1"},
	"a9a":         {file: "libsvm/a9a.gz", target: "label", scale: data.Unscaled},
	"iris":        {file: "sklearn/iris.csv", read: countLine},
	"wine":        {file: "sklearn/wine_data.csv", read: countLine},
	"penguins": {file: "seaborn/penguins.csv", target: "species",
		features: []string{"bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g"}},
	"digits":  {file: "sklearn/digits.csv.gz", read: noHeader, scale: data.Unscaled, derive: pixelsBySixteen},
	"randhie": {file: "statsmodels/randhie.csv.gz", target: "mdvis", raw: true},
	"anes96": {file: "statsmodels/anes96.csv", read: data.ReadOptions{Separator: '\t', Header: data.HeaderYes,
		Names: []string{"popul", "TVnews", "selfLR", "ClinLR", "DoleLR", "PID", "age", "educ", "income", "vote"}},
		target: "PID", features: []string{"logpop", "selfLR", "age", "educ", "income"}, raw: true, derive: logPopulation},
}

const gradTol = 1e-9

// TestReferenceOptima fits every problem of reference-optima.json whose file is a
// table of few columns, and holds objective and weights to the numbers there.
func TestReferenceOptima(t *testing.T) {
	reached := 0
	for _, p := range optima(t) {
		s, ok := sources[p.Name]
		o, factor := p.fit()
		if !ok || o.Model == "" {
			continue
		}
		reached++
		t.Run(p.Name+"/"+o.Model+o.Loss, func(t *testing.T) {
			table := s.table(t)
			if table.Rows != p.N {
				t.Fatalf("%d rows, the reference has %d", table.Rows, p.N)
			}
			s.raw = s.raw || o.Loss != "" // those references are in raw units
			o.Target, o.Features, o.Scale = s.target, s.features, s.scale
			r, err := Fit(t.Context(), table, o, nil)
			if err != nil {
				t.Fatal(err)
			}
			if r.Status != optim.Converged && r.Status != optim.NoProgress {
				t.Errorf("ended as %s: %s", r.Status, r.Reason)
			}
			got := float64(r.Loss.Objective) * factor
			if gap := math.Abs(got-p.Objective) / math.Abs(p.Objective); !(gap < 1e-9) {
				t.Errorf("objective %.15g, optimum %.15g, relative gap %.1e (%s)", got, p.Objective, gap, r.Reason)
			}
			p.compareWeights(t, s, r)
			if a, ok := r.Metrics.Get("accuracy"); ok && p.TrainAccuracy != 0 && math.Abs(a-p.TrainAccuracy) > 1e-12 {
				t.Errorf("accuracy %v, the reference has %v", a, p.TrainAccuracy)
			}
			if v, ok := r.Metrics.Get("r2"); ok && p.R2 != 0 && math.Abs(v-p.R2) > 1e-9 {
				t.Errorf("R² %v, the reference has %v", v, p.R2)
			}
		})
	}
	if reached < 53 {
		t.Errorf("only %d problems were fitted", reached)
	}
}

// fit are the options, and the factor of the objective, that reproduce the
// reference: there squared errors are halved and absolute ones summed, here both
// are means.
func (p *optimum) fit() (o Options, factor float64) {
	o = Options{Validation: NoValidation, GradTol: gradTol, L2: p.Hyper.Lambda}
	factor = 1
	switch {
	case strings.HasPrefix(p.Model, "least squares"), strings.HasPrefix(p.Model, "ridge"):
		o.Model, o.L2, factor = "linear", 2*p.Hyper.Lambda, 0.5
	case strings.HasPrefix(p.Model, "lasso"), strings.HasPrefix(p.Model, "elastic net"):
		o.Model, factor = "linear", 0.5
		o.L1, o.L2 = 2*p.Hyper.Alpha*p.Hyper.Ratio, 2*p.Hyper.Alpha*(1-p.Hyper.Ratio)
	case strings.HasPrefix(p.Model, "least absolute"):
		o.Model, o.Loss, o.GradTol, factor = "linear", "mae", 0, float64(p.N)
	case strings.HasPrefix(p.Model, "quantile"):
		o.Model, o.Loss, o.GradTol, factor = "linear", fmt.Sprintf("quantile:%g", p.Hyper.Q), 0, float64(p.N)
	case strings.HasPrefix(p.Model, "binary logistic"):
		o.Model = "logistic"
	case strings.HasPrefix(p.Model, "softmax"), strings.HasPrefix(p.Model, "multinomial"):
		o.Model = "softmax"
	case strings.HasPrefix(p.Model, "Poisson"):
		o.Model = "poisson"
	}
	if o.L2 == 0 {
		o.L2 = NoPenalty
	}
	return o, factor
}

// compareWeights holds the weights to the reference, to 1e-5 of the largest and
// what a gradient of gradTol leaves open under a penalty.
func (p *optimum) compareWeights(t *testing.T, s source, r *Result) {
	t.Helper()
	m := r.Model
	x := m.Weights
	if s.raw {
		x = m.rawWeights()
	}
	k := m.Recipe.Outputs
	w, b := param.View(x, m.Blocks[0]), param.View(x, m.Blocks[1])
	var want, got []float64
	if p.Weights != nil {
		want, got = append(slices.Clone(p.Weights), p.Bias), append(slices.Clone(w), b[0])
		if s.flip {
			for i := range got {
				got[i] = -got[i]
			}
		}
	}
	for c, row := range p.WeightsByClass {
		biases, first := p.BiasesZeroSum, 0.0
		if biases == nil { // class 0 is the reference there
			biases, first = p.Biases, 1
		}
		for j, v := range append(slices.Clone(row), biases[c]) {
			at := append(slices.Clone(w), b...)
			want, got = append(want, v), append(got, at[j*k+c]-first*at[j*k])
		}
	}
	largest := 0.0
	for _, v := range want {
		largest = max(largest, math.Abs(v))
	}
	slack := 0.0
	if p.Hyper.Lambda > 0 {
		slack = gradTol / p.Hyper.Lambda
	}
	if len(want) == 0 || len(want) != len(got) {
		t.Fatalf("%d weights, the reference has %d", len(got), len(want))
	}
	for i := range want {
		if !(math.Abs(got[i]-want[i]) <= 1e-5*largest+slack) {
			t.Errorf("weight %d is %.10g, the reference has %.10g", i, got[i], want[i])
		}
	}
}

// table reads the file, completes the source and leaves out rows that miss a
// feature.
func (s *source) table(t *testing.T) *data.Table {
	t.Helper()
	path := reference.Path(t, append([]string{"tabular"}, strings.Split(s.file, "/")...)...)
	var table *data.Table
	if s.target == "label" {
		table = readSparse(t, path)
	} else {
		var err error
		if table, err = data.Read(path, s.read); err != nil {
			t.Fatal(err)
		}
	}
	if s.derive != nil {
		s.derive(t, table)
	}
	if s.target == "" {
		s.target = table.Columns[len(table.Columns)-1].Name
	}
	if s.features == nil {
		for _, c := range table.Columns {
			if c.Name != s.target {
				s.features = append(s.features, c.Name)
			}
		}
	}
	rows, _, err := table.Complete(append([]string{s.target}, s.features...)...)
	if err != nil {
		t.Fatal(err)
	}
	var columns []*data.Column
	for _, name := range append([]string{s.target}, s.features...) {
		c, _ := table.Column(name)
		columns = append(columns, pickRows(c, rows))
	}
	if s.divide != 0 {
		for i := range columns[0].Numbers {
			columns[0].Numbers[i] /= s.divide
		}
	}
	out, err := data.NewTable(table.Name, columns...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func pickRows(c *data.Column, rows []int) *data.Column {
	if c.Kind == data.Category {
		values := make([]string, len(rows))
		for i, row := range rows {
			values[i] = c.Cell(row)
		}
		return data.CategoryColumn(c.Name, values)
	}
	values := make([]float64, len(rows))
	for i, row := range rows {
		values[i] = c.Numbers[row]
	}
	return data.NumberColumn(c.Name, values)
}

func column(t *testing.T, table *data.Table, name string) *data.Column {
	t.Helper()
	c, err := table.Column(name)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func addDiabetesTarget(t *testing.T, table *data.Table) {
	y, err := data.Read(reference.Path(t, "tabular", "sklearn", "diabetes_target.csv.gz"), noHeader)
	if err != nil {
		t.Fatal(err)
	}
	table.Columns = append(table.Columns, data.NumberColumn("target", y.Columns[0].Numbers))
}

func studentAsNumber(t *testing.T, table *data.Table) {
	c := column(t, table, "student")
	v := make([]float64, table.Rows)
	for i := range v {
		if c.Cell(i) == "Yes" {
			v[i] = 1
		}
	}
	*c = *data.NumberColumn("student", v)
}

func pixelsBySixteen(t *testing.T, table *data.Table) {
	for _, c := range table.Columns[:64] {
		for i := range c.Numbers {
			c.Numbers[i] /= 16
		}
	}
}

func logPopulation(t *testing.T, table *data.Table) {
	c := column(t, table, "popul")
	v := make([]float64, table.Rows)
	for i := range v {
		v[i] = math.Log(c.Numbers[i] + 0.1)
	}
	table.Columns = append(table.Columns, data.NumberColumn("logpop", v))
}

// readSparse reads the few libsvm files of the reference as dense columns.
func readSparse(t *testing.T, path string) *data.Table {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	if strings.HasSuffix(path, ".gz") {
		z, err := gzip.NewReader(f)
		if err != nil {
			t.Fatal(err)
		}
		lines = bufio.NewScanner(z)
	}
	var labels []float64
	var columns [][]float64
	for lines.Scan() {
		for i, field := range strings.Fields(lines.Text()) {
			if i == 0 {
				v, _ := strconv.ParseFloat(field, 64)
				labels = append(labels, v)
				continue
			}
			index, value, _ := strings.Cut(field, ":")
			j, err := strconv.Atoi(index)
			v, err2 := strconv.ParseFloat(value, 64)
			if err != nil || err2 != nil {
				t.Fatalf("%s: %q is no index:value", path, field)
			}
			for len(columns) < j {
				columns = append(columns, nil)
			}
			for len(columns[j-1]) < len(labels)-1 {
				columns[j-1] = append(columns[j-1], 0)
			}
			columns[j-1] = append(columns[j-1], v)
		}
	}
	list := []*data.Column{data.NumberColumn("label", labels)}
	for j, c := range columns {
		for len(c) < len(labels) {
			c = append(c, 0)
		}
		list = append(list, data.NumberColumn(strconv.Itoa(j+1), c))
	}
	table, err := data.NewTable(path, list...)
	if err != nil {
		t.Fatal(err)
	}
	return table
}
