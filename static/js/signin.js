// One click fills in a demo person and signs in.
addEventListener("click", (event) => {
  const choice = event.target.closest("[data-demo-email]");
  if (!choice) return;
  const form = document.getElementById("signin-form");
  form.elements.login.value = choice.dataset.demoEmail;
  form.elements.password.value = choice.dataset.demoPassword;
  form.requestSubmit();
});
