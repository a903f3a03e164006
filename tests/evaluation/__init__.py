"""Questions asked without a mesh: chat's and erp's cores in this process, the narrator in the model's place."""
