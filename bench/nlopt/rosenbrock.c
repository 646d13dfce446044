// Chained Rosenbrock with its gradient, minimised by NLopt through its C
// interface: bench/peer.py compiles this and links it with the library inside
// NLopt's Python package, so that no call of Python is in the time.

#include <math.h>

typedef struct nlopt_opt_s *nlopt_opt;
typedef double (*nlopt_func)(unsigned n, const double *x, double *grad, void *data);
int nlopt_algorithm_from_string(const char *name);
nlopt_opt nlopt_create(int algorithm, unsigned n);
int nlopt_set_min_objective(nlopt_opt, nlopt_func, void *data);
int nlopt_set_vector_storage(nlopt_opt, unsigned pairs);
int nlopt_force_stop(nlopt_opt);
int nlopt_optimize(nlopt_opt, double *x, double *f);
void nlopt_destroy(nlopt_opt);

struct run {
    nlopt_opt opt;
    double tol, f;
    long evaluations;
};

// NLopt has no test of the gradient, so the function stops the run itself.
static double rosenbrock(unsigned n, const double *x, double *grad, void *data) {
    struct run *r = data;
    double f = 0, carry = 0, largest = 0;
    for (unsigned i = 0; i + 1 < n; i++) {
        double t = x[i + 1] - x[i] * x[i], u = 1 - x[i];
        f += 100 * t * t + u * u;
        grad[i] = carry - 400 * x[i] * t - 2 * u;
        carry = 200 * t;
    }
    grad[n - 1] = carry;
    for (unsigned i = 0; i < n; i++) {
        double a = fabs(grad[i]);
        largest = a > largest ? a : largest;
    }
    r->evaluations++;
    r->f = f;
    if (largest <= r->tol) nlopt_force_stop(r->opt);
    return f;
}

// minimize runs from (-1.2, 1, -1.2, 1, ...); x is overwritten with where the
// run ended.
int minimize(unsigned n, double *x, double tol, double *f, long *evaluations) {
    struct run r = {nlopt_create(nlopt_algorithm_from_string("LD_LBFGS"), n), tol, 0, 0};
    for (unsigned i = 0; i < n; i++) x[i] = i % 2 ? 1 : -1.2;
    nlopt_set_min_objective(r.opt, rosenbrock, &r);
    nlopt_set_vector_storage(r.opt, 10);
    int status = nlopt_optimize(r.opt, x, f);
    *f = r.f;
    *evaluations = r.evaluations;
    nlopt_destroy(r.opt);
    return status;
}
